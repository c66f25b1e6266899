import { bankBlock, DEFAULT_BANK, type BankState, type Batch, type MethodContext, type MethodMixing } from '@mochi/contract';
import { infoNce } from '@mochi/losses';
import { createRng, l2Normalize, startTensorFlow, stopGradient, valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { linearEncoder } from '../../test/linear-encoder.js';
import { mocoV2Config, type MocoV2Options } from './config.js';
import { MocoV2 } from './moco-v2.js';

await startTensorFlow();

const [B, K, D, SIZE] = [6, 9, 4, 2];
const encoder = linearEncoder({ dim: D, size: SIZE, normalised: false });
const rng = createRng(3, 'test');
const images = (name: string): tf.Tensor4D => rng.fork(name).normal([B, SIZE, SIZE, 3]) as tf.Tensor4D;
const batch: Batch = {
  views: { query: images('query'), key: images('key'), 'small-0': images('a'), 'small-1': images('b') },
  ids: tf.range(0, B, 1, 'int32'),
};
const bank = l2Normalize(rng.fork('bank').normal([K, D])) as tf.Tensor2D;
const weights = encoder.init(rng.fork('init'));
const partners = [3, 5, 0, 1, 4, 2];
const shares = [0.9, 0.25, 0.5, 1, 0.6, 0.125];

/** Every image gives its partner 1 - share of itself. */
const mixingOf = (options: Partial<MethodMixing> = {}): MethodMixing => ({
  keepsOriginal: false,
  batchNegatives: false,
  mix(x) {
    const [own, share] = [tf.range(0, B, 1, 'int32'), tf.tensor1d(shares)];
    const other = tf.gather(x, tf.tensor1d(partners, 'int32'));
    const part = tf.reshape(share, [-1, 1, 1, 1]);
    return {
      images: tf.add(tf.mul(x, part), tf.mul(other, tf.sub(1, part))),
      targets: {
        columns: tf.stack([own, tf.tensor1d(partners, 'int32')], 1) as tf.Tensor2D,
        weights: tf.stack([share, tf.sub(1, share)], 1) as tf.Tensor2D,
      },
    };
  },
  ...options,
});

const state = (): BankState => {
  const none = tf.fill([K], -1, 'int32') as tf.Tensor1D;
  return { rows: bank, ids: none, writtenAt: none, cursor: tf.scalar(0, 'int32'), filled: tf.scalar(0, 'int32') };
};

/** Loss, gradient at the weights, and metrics of a step whose key encoder is the query encoder. */
function stepOf(options: MocoV2Options, mixing?: MethodMixing) {
  const method = new MocoV2(mocoV2Config.parse({ temperature: 0.2, ...options }));
  const context: MethodContext = {
    ...{ step: tf.scalar(0, 'int32'), epoch: tf.scalar(0, 'int32'), rng: rng.fork('step') },
    scalars: { keyMomentum: tf.scalar(1) },
    ...(mixing ? { mixing } : {}),
    draw: ({ queries, keys, ids, temperature }) => {
      const view = { state: state(), similarities: tf.matMul(queries, bank, false, true) as tf.Tensor2D };
      const negatives = { blocks: [bankBlock()] };
      return { queries, positives: keys, ownPositives: true, temperature, ids, negatives, banks: { [DEFAULT_BANK]: view } };
    },
  };
  const tree = { query: { stats: weights.stats }, key: weights } as never;
  const { loss, gradients, aux } = valueAndGrads((params) => {
    const out = method.step({ encoder }, params, tree, batch, context);
    return { loss: out.loss, aux: out.metrics };
  }, weights.params);
  return { method, loss, gradient: gradients['weight']!, metrics: aux };
}

type Params = typeof weights.params;
const encode = (params: Params, x: tf.Tensor4D) => l2Normalize(encoder.apply({ ...weights, params }, x, 'train').head) as tf.Tensor2D; // prettier-ignore
const keysOf = (view: string): tf.Tensor2D => stopGradient(encode(weights.params, batch.views[view]!));

/** The mean over queries of the loss with a softmax over some negatives, [B, M] each. */
const hard = (params: Params, view: string, key = 'key'): tf.Scalar => {
  const queries = encode(params, batch.views[view]!);
  return infoNce(tf.sum(tf.mul(queries, keysOf(key)), 1), tf.matMul(queries, bank, false, true) as tf.Tensor2D, 0.2);
};

/** Cross-entropy with soft targets, one softmax for each query and target, written out. */
function soft(params: Params, { view = 'query', key = 'key', withBatch = false } = {}): tf.Scalar {
  const queries = encode(params, mixingOf().mix(batch.views[view]!, batch.ids).images);
  const logits = tf.div(tf.matMul(queries, keysOf(key), false, true), 0.2); // [B, B]
  const ofBank = tf.div(tf.matMul(queries, bank, false, true), 0.2);
  const targets = tf.add(
    tf.mul(tf.eye(B), tf.reshape(tf.tensor1d(shares), [B, 1])),
    tf.mul(tf.oneHot(tf.tensor1d(partners, 'int32'), B), tf.reshape(tf.sub(1, tf.tensor1d(shares)), [B, 1])),
  );
  const crowd = tf.sum(tf.exp(ofBank), 1, true);
  const total = withBatch ? tf.add(tf.sum(tf.exp(logits), 1, true), crowd) : tf.add(tf.exp(logits), crowd);
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.sub(logits, tf.log(total))), 1)));
}

const expected = (loss: (params: Params) => tf.Scalar) => {
  const { loss: value, gradients } = valueAndGrads((params) => ({ loss: loss(params), aux: {} }), weights.params);
  return { value, gradient: gradients['weight']! };
};

test.each([
  { name: 'mixup: the mixed images take the place of the others', mixing: mixingOf(), want: (p: Params) => soft(p) },
  {
    name: 'Un-Mix: the loss of the images as they are stays',
    mixing: mixingOf({ keepsOriginal: true }),
    want: (p: Params) => tf.add<tf.Scalar>(hard(p, 'query'), soft(p)),
  },
  {
    name: 'i-Mix: one softmax over the keys of the batch and the bank',
    mixing: mixingOf({ batchNegatives: true }),
    want: (p: Params) => soft(p, { withBatch: true }),
  },
  {
    name: 'symmetric: the mean of both directions',
    options: { symmetric: true },
    mixing: mixingOf({ keepsOriginal: true }),
    want: (p: Params) =>
      tf.div<tf.Scalar>(tf.addN([hard(p, 'query'), hard(p, 'key', 'query'), soft(p), soft(p, { view: 'key', key: 'query' })]), 2),
  },
  {
    name: 'extra views are queries with the same keys',
    options: { extraViews: ['small-0', 'small-1'] },
    want: (p: Params) => tf.div<tf.Scalar>(tf.addN([hard(p, 'query'), hard(p, 'small-0'), hard(p, 'small-1')]), 3),
  },
  {
    name: 'extra views beside mixed ones',
    options: { extraViews: ['small-0'] },
    mixing: mixingOf(),
    want: (p: Params) => tf.div<tf.Scalar>(tf.add(soft(p), hard(p, 'small-0')), 2),
  },
])('$name: loss and gradient are those of the formula', ({ options = {}, mixing, want }) => {
  const { loss, gradient } = stepOf(options, mixing);
  const { value, gradient: wanted } = expected(want);
  expect(loss).toBeAllClose(value, { rtol: 1e-5, atol: 1e-6 });
  expect(gradient).toBeAllClose(wanted, { rtol: 1e-4, atol: 1e-5 });
});

test('the method names the views that it asks for, and tells the losses apart', () => {
  const { method, metrics } = stepOf({ extraViews: ['small-0'] }, mixingOf({ keepsOriginal: true }));
  expect(method.views).toEqual(['query', 'key', 'small-0']);
  expect(metrics['mixedLoss']).toBeAllClose(soft(weights.params));
  expect(metrics['extraLoss']).toBeAllClose(hard(weights.params, 'small-0'));
});
