import {
  bankBlock,
  DEFAULT_BANK,
  type BankState,
  type BankView,
  type Batch,
  type DrawRequest,
  type Encoder,
  type Method,
  type MethodContext,
  type MethodParts,
  type MethodStep,
  type StateTree,
  type Tensors,
} from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { batchNormTrain, createRng, l2Normalize, stopGradient } from '@mochi/tensorflow';
import { checkedMethod } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { progressAt } from './suite.js';

export const [DIM, SIDE, BANK_ROWS] = [6, 4, 12];

/** Everything that a method meets in a run, small. */
export interface World {
  readonly method: Method;
  readonly parts: MethodParts;
  readonly params: Tensors;
  readonly state: StateTree;
  readonly batch: Batch;
  /** The bank that every draw shows. */
  readonly bank: BankState;
  /** What the method asked for so far. */
  readonly requests: DrawRequest[];
  /** Of a step of that number. */
  contextAt(step: tf.Scalar | number): MethodContext;
}

/**
 * @param host Of the run that the method was made in: its scalars are fed as the trainer does.
 * @param normalised Whether images of a batch see each other, through batch norm.
 */
export function worldOf(service: Method, host: RunHost, batch: number, normalised: boolean): World {
  const method = checkedMethod(service);
  const rng = createRng(5, 'method-conformance');
  const parts = { encoder: smallEncoder(normalised) };
  const { params, state } = method.init(parts, rng.fork('init'));
  // The parameters have moved on from where a second encoder started: the two differ.
  const moved = Object.fromEntries(
    Object.entries(params).map(([name, x]) => [name, tf.add(x, rng.fork(`moved/${name}`).normal(x.shape, 0, 0.3))]),
  );
  const images = (view: string) => rng.fork(`view/${view}`).normal([batch, SIDE, SIDE, 3]) as tf.Tensor4D;
  const bank = bankOf();
  const requests: DrawRequest[] = [];
  const contextAt = (step: tf.Scalar | number): MethodContext => ({
    step: typeof step === 'number' ? tf.scalar(step, 'int32') : step,
    epoch: tf.scalar(0, 'int32'),
    rng: createRng(5, 'step', step),
    scalars: scalarsOf(host),
    draw(request) {
      requests.push(request);
      return drawn(request, bank);
    },
  });
  const ids = tf.range(100, 100 + batch, 1, 'int32') as tf.Tensor1D;
  const labels = tf.tensor1d(Int32Array.from({ length: batch }, (_, at) => at % 3), 'int32'); // prettier-ignore
  const views = Object.fromEntries(method.views.map((view) => [view, images(view)]));
  return { method, parts, params: moved, state, batch: { views, ids, labels }, bank, requests, contextAt };
}

/** A whole step as the trainer takes it: the method advances, then the pass over the batch. */
export function stepOf(
  { method, parts, contextAt }: World,
  params: Tensors,
  state: StateTree,
  batch: Batch,
  step: tf.Scalar | number,
): MethodStep {
  const context = contextAt(step);
  return method.step(parts, params, method.advance?.(params, state, context) ?? state, batch, context);
}

/** Numbers that the plugin feeds, as at the first step of a run. */
export const scalarsOf = (host: RunHost): Record<string, tf.Scalar> => {
  const [placed] = host.provided('method');
  const own = host.scalars.get(placed!.plugin) ?? new Map<string, (progress: ReturnType<typeof progressAt>) => number>();
  return Object.fromEntries([...own].map(([name, value]) => [name, tf.scalar(value(progressAt(0, 0)))]));
};

/** One linear layer, with batch norm where asked for. */
const smallEncoder = (normalised: boolean): Encoder => ({
  name: 'small',
  dims: { backbone: DIM, head: DIM },
  init: (rng) => ({
    params: { weight: rng.normal([SIDE * SIDE * 3, DIM]) },
    stats: { mean: tf.zeros([DIM]), variance: tf.ones([DIM]) },
  }),
  apply({ params, stats }, images, mode) {
    const flat = tf.reshape(images, [images.shape[0], SIDE * SIDE * 3]);
    const out = tf.matMul<tf.Tensor2D>(flat, params['weight'] as tf.Tensor2D);
    if (!normalised || mode === 'eval') return { backbone: out, head: out, stats };
    const [mean, variance] = [stats['mean'] as tf.Tensor1D, stats['variance'] as tf.Tensor1D];
    const next = batchNormTrain(out, tf.ones([DIM]), tf.zeros([DIM]), mean, variance);
    return { backbone: out, head: next.y, stats: { mean: next.mean, variance: next.variance } };
  },
});

const bankOf = (): BankState => ({
  rows: l2Normalize(createRng(5, 'bank').normal([BANK_ROWS, DIM])) as tf.Tensor2D,
  ids: tf.range(0, BANK_ROWS, 1, 'int32'),
  writtenAt: tf.fill([BANK_ROWS], 0, 'int32'),
  cursor: tf.scalar(0, 'int32'),
  filled: tf.scalar(BANK_ROWS, 'int32'),
});

/** Every row of the bank, or of the batch where that is the bank. */
function drawn(
  { queries: given, keys, ids, labels, temperature, live }: DrawRequest,
  bank: BankState,
): ReturnType<MethodContext['draw']> {
  const queries = stopGradient(given);
  const rows = live ? stopGradient(live.rows) : bank.rows;
  const state: BankState = live
    ? { ...bank, rows, ids: live.ids, writtenAt: tf.zerosLike(live.ids), filled: tf.scalar(rows.shape[0], 'int32') }
    : bank;
  const similarities = tf.matMul<tf.Tensor2D>(queries, rows, false, true);
  const view: BankView = { state, similarities, ...(live ? { mask: live.mask } : {}) };
  const negatives = { blocks: [bankBlock(live ? { logWeights: live.mask } : {})] };
  return { queries, positives: keys, ownPositives: true, ids, labels, temperature, negatives, banks: { [DEFAULT_BANK]: view } };
}
