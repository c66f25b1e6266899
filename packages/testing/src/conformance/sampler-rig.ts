import {
  bankBlock,
  DEFAULT_BANK,
  type Block,
  type NegativeSampler,
  type Plugin,
  type Sampled,
  type SamplerRole,
  type Tensors,
} from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { requireSampled } from '@mochi/trainer';
import { createRng } from '@mochi/tensorflow';
import { snapshot } from './compare.js';
import { sampleContext, sampleInputs, type SampleInputs, type Sizes } from './sampler-context.js';
import { progressAt, withService } from './suite.js';

/** Steps that the phases of a sampler are looked for at: the start, some way into each warm-up that is likely, the end. */
const STEPS = [0, 50, 500, 1000, 1999, 5000, 19_999];

/** A sampler of a run of its own, and what to feed it. */
export interface Rig {
  readonly name: string;
  readonly role: SamplerRole;
  readonly differentiable: boolean;
  /** Name of the bank that it draws from. */
  readonly bank: string;
  readonly batch: number;
  readonly capacity: number;
  /** Its options, read. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Each phase of the sampler with a step that is in it. */
  readonly phases: ReadonlyMap<string, number>;
  /** What `host.state` registered, as it is at the start. */
  readonly state: Tensors;
  /** What a run calls before its first step. @throws What the sampler does where a bank of so many rows does not serve its options. */
  check(capacity: number): void;
  /** @param other Sizes in place of the rig's own. */
  inputs(step: number, other?: Sizes): SampleInputs;
  /**
   * Samples in a phase, as a trainer would have it: labels only where they are declared, and before a refining sampler the whole bank.
   * Inputs keep their tensors.
   */
  sample(inputs: SampleInputs, phase: string, more?: { state?: Readonly<Tensors>; previous?: readonly Block[] }): Sampled;
}

/** Sets the sampler up as the only plugin of a run. */
export const withRig = (plugin: Plugin, options: object, sizes: Sizes, use: (rig: Rig) => void): Promise<void> =>
  withService(plugin, 'sampler', options, (sampler, host) => use(makeRig(sampler, host, sizes)));

function makeRig(sampler: NegativeSampler, host: RunHost, sizes: Sizes): Rig {
  const { batch = 6, capacity = 64 } = sizes;
  const { role = 'source', bank = DEFAULT_BANK, differentiable = false, usesLabels = false } = sampler;
  const [id] = host.provided('sampler').map(({ plugin }) => plugin);
  const states = [...(host.states.get(id!) ?? [])];
  const scalars = [...(host.scalars.get(id!) ?? [])];
  const numbers = (step: number) => Object.fromEntries(scalars.map(([name, value]) => [name, value(progressAt(step, capacity))]));
  const state = Object.fromEntries(states.map(([name, init]) => [name, init(createRng(1, `state/${name}`))]));
  return {
    ...{ name: sampler.name, role, differentiable, bank, batch, capacity, state },
    options: host.entries.find((entry) => entry.id === id)!.options as Record<string, unknown>,
    check: (rows) => sampler.check?.(rows),
    phases: phasesOf(sampler, capacity),
    inputs: (step, other = {}) => sampleInputs({ ...sizes, ...other }, step, numbers(step)),
    sample(inputs, phase, more = {}) {
      const whole = role === 'refine' ? [bankBlock({ bank, ...(inputs.mask ? { logWeights: inputs.mask } : {}) })] : [];
      const given = { previous: more.previous ?? whole, bankName: bank };
      const seen = (labels: boolean) => ({ ...sampleContext(labels ? inputs : unlabelled(inputs), phase), ...given });
      let sampled: Sampled;
      try {
        sampled = sampler.sample(seen(usesLabels), more.state ?? state);
      } catch (error) {
        if (!usesLabels && works(() => sampler.sample(seen(true), more.state ?? state)))
          throw new Error('it reads labels that it does not declare: set usesLabels to true', { cause: error });
        throw error;
      }
      return requireSampled(sampler.name, sampled);
    },
  };
}

function phasesOf(sampler: NegativeSampler, capacity: number): Map<string, number> {
  const phases = new Map<string, number>();
  for (const step of STEPS) {
    const phase = sampler.phase?.(progressAt(step, capacity)) ?? 'full';
    if (!phases.has(phase)) phases.set(phase, step);
  }
  return phases;
}

const works = (sample: () => unknown): boolean => {
  try {
    sample();
    return true;
  } catch {
    return false;
  }
};

function unlabelled({ labels: _, bank, ...inputs }: SampleInputs): Omit<SampleInputs, 'labels'> {
  const { labels: __, ...rest } = bank;
  return { ...inputs, bank: rest };
}

/** The tensors of a result, as what a compiled function may return. */
export const onlyTensors = ({ blocks, state, mask }: Sampled) => ({
  blocks: blocks.map((block) =>
    Object.fromEntries(Object.entries(block).filter(([, value]) => typeof value === 'object' && value !== null)),
  ),
  ...(state && { state }),
  ...(mask && { mask }),
});

/** What has a row for each query. State has none. */
export const perQuery = ({ blocks, mask }: Sampled) => snapshot({ blocks, ...(mask && { mask }) });
