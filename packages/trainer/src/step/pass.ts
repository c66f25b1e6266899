import {
  adjustLoss,
  type BankEntries,
  type Batch,
  type BuildContext,
  type Drawn,
  type MethodContext,
  type StateTree,
  type Tensors,
} from '@mochi/contract';
import type { HookRunner } from '@mochi/core';
import { computedAfter, mapTree, scope, valueAndGrads } from '@mochi/tensorflow';
import type { Rng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { openDraws } from './draw.js';
import { recordFeatures } from './record-features.js';
import type { Faults } from './faults.js';
import type { Feeds, RunState, StepParts } from './parts.js';

/** What is the same for every part of a batch. */
export interface PassEnvironment {
  readonly parts: StepParts;
  readonly hooks: HookRunner;
  /** As it was before the step. */
  readonly state: RunState;
  readonly phases: Record<string, string>;
  readonly feeds: Feeds;
  readonly rng: Rng;
  /** The method's own context, without draws. */
  readonly own: Omit<MethodContext, 'draw'>;
  readonly contextOf: (shared: Record<string, tf.Tensor>, drawn?: Drawn) => (id: string) => BuildContext;
  readonly faults: Faults;
}

/** What the part before leaves for the next: running statistics and the samplers' states go from one to the other. */
export interface Before {
  readonly state: StateTree;
  readonly plugins: Record<string, Tensors>;
  readonly loss?: tf.Scalar;
  readonly gradients?: Tensors;
}

/** One part of a batch, forward and backward. */
export interface Pass extends Required<Before> {
  readonly metrics: Record<string, tf.Scalar>;
  readonly shared: Record<string, tf.Tensor>;
  readonly entries?: BankEntries;
  readonly drawn?: Drawn;
  /** See `Faults`, int32 scalar. */
  readonly fault: tf.Scalar;
}

/** Loss and gradients of one part. It is computed when the part before is done, so that the activations of one part are in memory at a time. */
export function runPass(environment: PassEnvironment, part: Batch, before: Before): Pass {
  const { parts, hooks, state, phases, feeds, rng, own, contextOf, faults } = environment;
  const done = before.gradients ? [...Object.values(before.gradients), before.loss!] : [];
  const views = Object.fromEntries(Object.entries(part.views).map(([name, images]) => [name, computedAfter(images, done)]));
  const { step, epoch, scalars } = feeds;
  const scale = state.lossScale?.scale;
  const chain = { step, epoch, scalars, phases, faults, rng: rng.fork('samplers'), states: before.plugins };
  let drawn: Drawn | undefined;
  const { gradients: scaled, aux } = valueAndGrads((params) => {
    const draws = openDraws(parts, state.banks, chain);
    const features = recordFeatures(parts.encoder, params);
    const made = parts.method.part.step(
      { ...parts, encoder: features.encoder },
      params,
      before.state,
      { ...part, views },
      {
        ...own,
        draw: (request) => scope('sampler', () => draws.draw(request)),
      },
    );
    const last = draws.last();
    drawn = last?.drawn;
    const { state: next, metrics, entries } = made;
    const shared = { ...features.shared(), ...made.shared };
    const adjusted = hooks.buildWaterfall(adjustLoss, made.loss, contextOf(shared, drawn));
    const samplers = last?.chained.next ?? {};
    const fault = last?.chained.fault ?? tf.scalar(-1, 'int32');
    const all = {
      ...{ loss: adjusted, next, metrics, shared, samplers, fault, drawn: tensorsIn(drawn) },
      ...(entries ? { entries: { ...entries } } : {}),
    };
    return { loss: scale ? tf.mul(adjusted, scale) : adjusted, aux: all };
  }, state.params);
  const gradients = scale ? mapTree(scaled, (gradient) => tf.div(gradient, scale)) : scaled;
  const kept = [...aux.drawn];
  return {
    ...{ loss: aux.loss, gradients, state: aux.next, metrics: aux.metrics, shared: aux.shared, fault: aux.fault },
    plugins: withNext(before.plugins, aux.samplers),
    ...(aux.entries ? { entries: aux.entries } : {}),
    ...(drawn ? { drawn: replaceTensors(drawn, () => kept.shift()!) } : {}),
  };
}

/** The states of plugins after the step: what a sampler does not return stays as it was. */
const withNext = (before: Record<string, Tensors>, next: Record<string, Tensors>): Record<string, Tensors> =>
  Object.fromEntries(Object.entries(before).map(([id, own]) => [id, { ...own, ...next[id] }]));

/** The tensors of a value that holds other things too, in a fixed order. */
function tensorsIn(value: unknown): tf.Tensor[] {
  const found: tf.Tensor[] = [];
  replaceTensors(value, (tensor) => {
    found.push(tensor);
    return tensor;
  });
  return found;
}

/** The same value with each of its tensors replaced. */
function replaceTensors<T>(value: T, replacement: (tensor: tf.Tensor) => tf.Tensor): T {
  const walk = (node: unknown): unknown => {
    if (node instanceof tf.Tensor) return replacement(node as tf.Tensor);
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, walk(child)]));
  };
  return walk(value) as T;
}
