import type { NegativeSampler, Plugin, Sampled } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { compile, createRng, disposeTree } from '@mochi/tensorflow';
import { leakFree } from '../leak-free.js';
import { checkBlocks, checkMasked } from './blocks.js';
import { require, requireSame, snapshot, takeRows } from './compare.js';
import { maskWhere, permuted, sampleContext, sampleInputs, type SampleInputs, type Sizes } from './sampler-context.js';
import { inScope, progressAt, registerSuite, withService, type Check } from './suite.js';

/** Steps that the phases of a sampler are looked for at: the start, some way into each warm-up that is likely, the end. */
const STEPS = [0, 50, 500, 1000, 1999, 5000, 19_999];

/** Functions such as the logarithm round by where a number stands in its vector, and a compiled graph may reorder. Row numbers stay exact. */
const ROUNDING = { rtol: 1e-5, atol: 1e-6 };

interface Rig {
  readonly batch: number;
  readonly capacity: number;
  /** Samples in the phase of a step, on inputs that keep their tensors. */
  sample(inputs: SampleInputs, phase: string): Sampled;
  inputs(step: number): SampleInputs;
  /** Each phase of the sampler with a step that is in it. */
  readonly phases: ReadonlyMap<string, number>;
}

/**
 * What every negative sampler must keep, as tests of the file that calls it, in each phase of the sampler.
 *
 * @param options As in a config. They must fit the bank: capacity 64 unless said.
 */
export const samplerConformance = (plugin: Plugin, options: object = {}, sizes: Sizes = {}): void =>
  registerSuite(plugin, 'sampler', samplerChecks(plugin, options, sizes));

/** The same as data, for another test runner. Needs a started TensorFlow. */
export function samplerChecks(plugin: Plugin, options: object = {}, sizes: Sizes = {}): Check[] {
  const check = (name: string, run: (rig: Rig, phase: string, step: number) => void): Check => ({
    name,
    run: () =>
      withService(plugin, 'sampler', options, (sampler, host) => {
        const rig = makeRig(sampler, host, sizes);
        for (const [phase, step] of rig.phases) inScope(() => run(rig, phase, step), `phase ${phase}`);
      }),
  });
  return [
    check('blocks have the shapes, dtypes and ranges that the contract states', wellFormed),
    check('the same stream gives the same negatives', deterministic),
    check('a compiled step gives what an eager one gives, at every step', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
    check('each query has its own: permuting the batch permutes the negatives', equivariant),
    check('splitting the batch splits the negatives', splits),
    check('rows that are masked count for nothing', respectsMask),
    check('fewer free rows than wanted is no accident', survivesScarcity),
  ];
}

function makeRig(sampler: NegativeSampler, host: RunHost, sizes: Sizes): Rig {
  const { batch = 6, capacity = 64 } = sizes;
  const [id] = host.provided('sampler').map(({ plugin }) => plugin);
  const states = [...(host.states.get(id!) ?? [])];
  const scalars = [...(host.scalars.get(id!) ?? [])];
  const numbers = (step: number) => Object.fromEntries(scalars.map(([name, value]) => [name, value(progressAt(step, capacity))]));
  const state = Object.fromEntries(states.map(([name, init]) => [name, init(createRng(1, `state/${name}`))]));
  const phases = new Map<string, number>();
  for (const step of STEPS) {
    const phase = sampler.phase?.(progressAt(step, capacity)) ?? 'full';
    if (!phases.has(phase)) phases.set(phase, step);
  }
  return {
    batch,
    capacity,
    phases,
    inputs: (step) => sampleInputs(sizes, step, numbers(step)),
    sample: (inputs, phase) => sampler.sample(sampleContext(inputs, phase), state),
  };
}

function wellFormed({ batch, capacity, inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  checkBlocks(sample(given, phase), { batch, capacity, dim: given.queries.shape[1] });
}

function deterministic({ inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  requireSame(snapshot(sample(given, phase)), snapshot(sample(given, phase)), 'a second call');
}

function compiles({ inputs, sample }: Rig, phase: string, step: number): void {
  const traced = compile((given: SampleInputs) => onlyTensors(sample(given, phase)), { name: 'conformance' });
  try {
    // The second step runs the trace of the first: a draw of JavaScript would be frozen in it.
    for (const at of [step, step + 1]) {
      const given = inputs(at);
      const want = snapshot(onlyTensors(sample(given, phase)));
      requireSame(snapshot(traced(given)), want, `compiled at step ${at}, traced at step ${step}`, ROUNDING);
    }
    require(traced.traces === 1, `two steps of one signature were traced ${traced.traces} times`);
  } finally {
    traced.dispose();
  }
}

function leaksNothing({ inputs, sample }: Rig, phase: string, step: number): void {
  // The first call may make constants that stay.
  const first = inputs(step);
  disposeTree([first, onlyTensors(sample(first, phase))] as never);
  leakFree([inputs(step)], (given) => sample(given, phase));
}

function equivariant({ batch, inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  const order = Array.from({ length: batch }, (_, at) => batch - 1 - at);
  const want = takeRows(perQuery(sample(given, phase)), order);
  requireSame(perQuery(sample(permuted(given, order), phase)), want, 'the batch reversed', ROUNDING);
}

function splits({ batch, inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  const half = Array.from({ length: Math.ceil(batch / 2) }, (_, at) => at);
  requireSame(
    perQuery(sample(permuted(given, half), phase)),
    takeRows(perQuery(sample(given, phase)), half),
    'half of the batch',
    ROUNDING,
  );
}

function respectsMask({ batch, capacity, inputs, sample }: Rig, phase: string, step: number): void {
  const mask = maskWhere(batch, capacity, (query, row) => (row * 5 + query * 3) % 4 !== 0); // a quarter of the rows, others for each query
  checkMasked(sample({ ...inputs(step), mask }, phase), mask);
}

function survivesScarcity({ batch, capacity, inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  const mask = maskWhere(batch, capacity, (query, row) => row === query || row === capacity - 1);
  const sampled = sample({ ...given, mask }, phase);
  checkBlocks(sampled, { batch, capacity, dim: given.queries.shape[1] });
  checkMasked(sampled, mask);
}

const onlyTensors = ({ blocks, state, mask }: Sampled) => ({
  blocks: blocks.map((block) =>
    Object.fromEntries(Object.entries(block).filter(([, value]) => typeof value === 'object' && value !== null)),
  ),
  ...(state && { state }),
  ...(mask && { mask }),
});

/** What has a row for each query. State has none. */
const perQuery = ({ blocks, mask }: Sampled) => snapshot({ blocks, ...(mask && { mask }) });
