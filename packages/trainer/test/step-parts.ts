import {
  bankBlock,
  type BankState,
  type Batch,
  type Encoder,
  type MemoryBank,
  type Method,
  type NegativeSampler,
} from '@mochi/contract';
import { HookRunner } from '@mochi/core';
import { contrastiveLoss, inputOfDrawn } from '@mochi/losses';
import { createRng, l2Normalize, scatterRows, stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { initialState } from '../src/run/initial-state.js';
import { buildStep } from '../src/step/build-step.js';
import { Faults } from '../src/step/faults.js';
import type { Feeds, StepParts } from '../src/step/parts.js';

export const [BATCH, ROWS, DIM, SIDE] = [8, 16, 4, 2];

/** One linear layer: no batch norm, so that parts of a batch and the whole are the same mathematics. */
const linear: Encoder = {
  name: 'linear',
  dims: { backbone: DIM, head: DIM },
  init: (rng) => ({ params: { weight: rng.normal([SIDE * SIDE * 3, DIM]) }, stats: {} }),
  apply({ params }, images) {
    const out = tf.matMul<tf.Tensor2D>(tf.reshape(images, [images.shape[0], -1]), params['weight'] as tf.Tensor2D);
    return { backbone: out, head: out, stats: {} };
  },
};

const contrast: Method = {
  name: 'contrast',
  views: ['query', 'key'],
  negatives: 'memory',
  init: ({ encoder }, rng) => ({ params: encoder.init(rng).params, state: {} }),
  step({ encoder }, params, state, { views, ids, labels }, { draw }) {
    const encode = (images: tf.Tensor4D): tf.Tensor2D =>
      l2Normalize(encoder.apply({ params, stats: {} }, images, 'train').head) as tf.Tensor2D;
    const queries = encode(views['query']!);
    const keys = stopGradient(encode(views['key']!));
    const drawn = draw({ queries, keys, ids, labels, temperature: 0.2 });
    const { loss, metrics } = contrastiveLoss({ ...inputOfDrawn(drawn), queries, positives: keys, temperature: 0.2 });
    return { loss, metrics, state, shared: {}, entries: { keys, ids, labels } };
  },
  encoders: (params) => ({ query: { params, stats: {} } }),
};

/** Writes from row 0 on. */
export const overwrite = (name: string, keepLabels = false): MemoryBank => ({
  ...{ name, capacity: ROWS, maskSelf: false, fill: 'random', keepLabels },
  init: ({ dim, capacity }, rng) => ({
    rows: l2Normalize(rng.normal([capacity, dim])) as tf.Tensor2D,
    ids: tf.fill([capacity], -1, 'int32') as tf.Tensor1D,
    writtenAt: tf.fill([capacity], -1, 'int32') as tf.Tensor1D,
    ...(keepLabels ? { labels: tf.fill([capacity], -1, 'int32') as tf.Tensor1D } : {}),
    cursor: tf.scalar(0, 'int32'),
    filled: tf.scalar(0, 'int32'),
  }),
  mask: () => undefined,
  enqueue(state, keys, ids, _step, labels) {
    const at = tf.range(0, keys.shape[0], 1, 'int32');
    const written = {
      rows: scatterRows(state.rows, at, keys) as tf.Tensor2D,
      ids: scatterRows(state.ids, at, ids) as tf.Tensor1D,
    };
    return { ...state, ...written, ...(labels ? { labels: scatterRows(state.labels!, at, labels) as tf.Tensor1D } : {}) };
  },
});

export const uniform: NegativeSampler = {
  name: 'uniform',
  sample: ({ bankName }) => ({ blocks: [bankBlock({ bank: bankName })] }),
};

export interface StepOptions {
  readonly accumulate?: number;
  readonly banks?: readonly MemoryBank[];
  readonly samplers?: readonly NegativeSampler[];
  readonly labels?: boolean;
  readonly precision?: StepParts['precision'];
}

/** A first step, run eagerly, with everything that a test may want to look at. */
export function firstStep({
  accumulate = 1,
  banks = [overwrite('bank')],
  samplers = [uniform],
  labels = false,
  precision,
}: StepOptions = {}) {
  const faults = new Faults();
  const parts: StepParts = {
    method: { id: 'method', part: contrast },
    encoder: linear,
    banks: banks.map((bank) => ({ bank, capacity: ROWS })),
    samplers: samplers.map((part, at) => ({ id: `sampler.${at}`, part })),
    optimizer: {
      ...{ name: 'plain', rate: 0.1, init: () => ({}) },
      update: (params, gradients, slots, rate) => ({
        params: Object.fromEntries(Object.entries(params).map(([name, x]) => [name, tf.sub(x, tf.mul(rate, gradients[name]!))])),
        slots,
      }),
    },
    schedule: { name: 'constant', factor: () => 1 },
    seed: 3,
    accumulate,
    precision,
  };
  const rng = createRng(9, 'images');
  const images = (name: string): tf.Tensor4D => rng.fork(name).normal([BATCH, SIDE, SIDE, 3]) as tf.Tensor4D;
  const batch: Batch = {
    views: { query: images('query'), key: images('key') },
    ids: tf.range(100, 100 + BATCH, 1, 'int32'),
    ...(labels ? { labels: tf.range(0, BATCH, 1, 'int32') } : {}),
  };
  const feeds: Feeds = { step: tf.scalar(0, 'int32'), epoch: tf.scalar(0, 'int32'), rate: tf.scalar(0.1), scalars: {} };
  const before = initialState(parts, new Map());
  const step = buildStep(parts, new HookRunner(() => 'test'), faults);
  const phases = Object.fromEntries(parts.samplers.map(({ id }) => [id, 'full']));
  const run = () => step(before, batch, feeds, phases);
  return { parts, before, batch, feeds, phases, step, faults, run };
}

export const rowsOf = (state: BankState): number[][] => state.rows.arraySync();
