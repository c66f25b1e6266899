import {
  bankBlock,
  DEFAULT_BANK,
  type BankState,
  type Batch,
  type Encoder,
  type EncoderWeights,
  type MethodContext,
  type StateTree,
  type Tensors,
} from '@mochi/contract';
import { infoNce } from '@mochi/losses';
import { createRng, disposeTree, l2Normalize, startTensorFlow, valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { linearEncoder as linear } from '../../test/linear-encoder.js';
import { mocoV2Config, type MocoV2Options } from './config.js';
import { MocoV2 } from './moco-v2.js';
import { forwardInGroups, forwardShuffled } from './split-batch.js';

await startTensorFlow();

const [B, K, D, SIZE] = [8, 16, 4, 2];

const linearEncoder = (normalised: boolean): Encoder => linear({ dim: D, size: SIZE, normalised });

const MOMENTUM = 0.9;
const setUp = (normalised: boolean, options: MocoV2Options = {}) => {
  const method = new MocoV2(mocoV2Config.parse({ temperature: 0.2, ...options }));
  const parts = { encoder: linearEncoder(normalised) };
  const rng = createRng(3, 'test');
  const { params, state } = method.init(parts, rng.fork('init'));
  const moved = { ...params, weight: tf.add(params['weight']!, 0.5) }; // the query encoder has moved on: the two differ
  const images = (name: string): tf.Tensor4D => rng.fork(name).normal([B, SIZE, SIZE, 3]) as tf.Tensor4D;
  const batch: Batch = { views: { query: images('query'), key: images('key') }, ids: tf.range(0, B, 1, 'int32') };
  const rows = l2Normalize(rng.fork('bank').normal([K, D])) as tf.Tensor2D;
  const none = tf.fill([K], -1, 'int32') as tf.Tensor1D;
  const bank: BankState = {
    ...{ rows, ids: none, writtenAt: none },
    ...{ cursor: tf.scalar(0, 'int32'), filled: tf.scalar(0, 'int32') },
  };
  const context: MethodContext = {
    step: tf.scalar(0, 'int32'),
    epoch: tf.scalar(0, 'int32'),
    rng: rng.fork('step'),
    scalars: { keyMomentum: tf.scalar(MOMENTUM) },
    draw: ({ queries, keys, ids, temperature }) => {
      const view = { state: bank, similarities: tf.matMul(queries, rows, false, true) as tf.Tensor2D };
      const negatives = { blocks: [bankBlock()] };
      return { queries, positives: keys, ownPositives: true, temperature, ids, negatives, banks: { [DEFAULT_BANK]: view } };
    },
  };
  return { method, parts, params: moved as Tensors, state, batch, context, rows };
};

const encode = (encoder: Encoder, params: Tensors, stats: Tensors, images: tf.Tensor4D) =>
  l2Normalize(encoder.apply({ params, stats }, images, 'train').head) as tf.Tensor2D;
type Moco = { query: { stats: Tensors }; key: { params: Tensors; stats: Tensors } };
const moco = (tree: StateTree): Moco => tree as unknown as Moco;

describe('a step of MoCo-v2', () => {
  const { method, parts, params, state, batch, context, rows } = setUp(true);
  const before = moco(state);
  const keyParams = { weight: tf.add(tf.mul(before.key.params['weight']!, MOMENTUM), tf.mul(params['weight']!, 1 - MOMENTUM)) };
  const keys = encode(parts.encoder, keyParams, before.key.stats, batch.views['key']!);
  const byHand = (weights: Tensors): tf.Scalar => {
    const queries = encode(parts.encoder, weights, before.query.stats, batch.views['query']!);
    const positive = tf.sum(tf.mul(queries, keys), 1) as tf.Tensor1D;
    return infoNce(positive, tf.matMul(queries, rows, false, true) as tf.Tensor2D, 0.2);
  };
  const { loss, gradients, aux } = valueAndGrads((weights) => {
    const out = method.step(parts, weights, method.advance(params, state, context), batch, context);
    return { loss: out.loss, aux: { state: out.state, keys: out.entries!.keys, ids: out.entries!.ids } };
  }, params);
  const after = moco(aux.state);

  test('the loss is InfoNCE of queries, keys of the moved key encoder, and the bank as it was before', () => {
    expect(loss).toBeAllClose(byHand(params));
  });

  test('the gradient takes keys and bank for constants', () => {
    const want = valueAndGrads((weights) => ({ loss: byHand(weights) }), params);
    expect(gradients['weight']).toBeAllClose(want.gradients['weight']!, { rtol: 1e-4, atol: 1e-6 });
  });

  test('the key encoder moves by parameters; its statistics are those of its own forward', () => {
    expect(after.key.params['weight']).toBeAllClose(keyParams.weight);
    const own = parts.encoder.apply({ params: keyParams, stats: before.key.stats }, batch.views['key']!, 'train').stats;
    expect(after.key.stats['mean']).toBeAllClose(own['mean']!);
    const query = parts.encoder.apply({ params, stats: before.query.stats }, batch.views['query']!, 'train').stats;
    expect(after.query.stats['variance']).toBeAllClose(query['variance']!);
  });

  test('the keys, with their samples, are what enters the banks', () => {
    expect(aux.keys).toBeAllClose(keys);
    expect(aux.ids).toBeAllClose(batch.ids);
  });

  test('evaluation may read both encoders', () => {
    const { query, key } = method.encoders(params, aux.state);
    expect(query!.params).toBe(params);
    expect(key!.stats).toBe(after.key.stats);
    disposeTree(gradients);
  });
});

describe('a symmetric step', () => {
  const { method, parts, params, state, batch, context, rows } = setUp(true, { symmetric: true });
  const before = moco(state);
  const keyParams = { weight: tf.add(tf.mul(before.key.params['weight']!, MOMENTUM), tf.mul(params['weight']!, 1 - MOMENTUM)) };
  const keyOf = (view: string) => encode(parts.encoder, keyParams, before.key.stats, batch.views[view]!);
  const byHand = (weights: Tensors): tf.Scalar => {
    const direction = (query: string, key: string): tf.Scalar => {
      const queries = encode(parts.encoder, weights, before.query.stats, batch.views[query]!);
      const positive = tf.sum(tf.mul(queries, keyOf(key)), 1) as tf.Tensor1D;
      return infoNce(positive, tf.matMul(queries, rows, false, true) as tf.Tensor2D, 0.2);
    };
    return tf.div(tf.add(direction('query', 'key'), direction('key', 'query')), 2);
  };
  const { loss, gradients, aux } = valueAndGrads((weights) => {
    const out = method.step(parts, weights, method.advance(params, state, context), batch, context);
    return { loss: out.loss, aux: { state: out.state, keys: out.entries!.keys, ids: out.entries!.ids } };
  }, params);

  test('has the mean of both directions for loss, and its gradient', () => {
    expect(loss).toBeAllClose(byHand(params));
    const want = valueAndGrads((weights) => ({ loss: byHand(weights) }), params);
    expect(gradients['weight']).toBeAllClose(want.gradients['weight']!, { rtol: 1e-4, atol: 1e-6 });
  });

  test('writes two keys of each image: those of the query views, then those of the key views', () => {
    expect(method.keysPerImage).toBe(2);
    expect(aux.keys).toBeAllClose(tf.concat([keyOf('query'), keyOf('key')]));
    expect(aux.ids).toBeAllClose(tf.concat([batch.ids, batch.ids]));
  });

  test('leaves the statistics of both passes, one after the other', () => {
    const { encoder } = parts;
    const after = (weights: EncoderWeights, views: string[]): Tensors =>
      views.reduce((stats, view) => encoder.apply({ ...weights, stats }, batch.views[view]!, 'train').stats, weights.stats);
    const { query, key } = moco(aux.state);
    expect(query.stats['mean']).toBeAllClose(after({ params, stats: before.query.stats }, ['query', 'key'])['mean']!);
    expect(key.stats['mean']).toBeAllClose(after({ params: keyParams, stats: before.key.stats }, ['key', 'query'])['mean']!);
  });
});

test('keys to fill a bank with are those of the key views', () => {
  const { method, parts, params, state, batch, context } = setUp(true);
  const { keys, ids } = method.keys(parts, params, state, batch, context);
  const { key } = moco(state);
  expect(keys).toBeAllClose(encode(parts.encoder, key.params, key.stats, batch.views['key']!));
  expect(ids).toBe(batch.ids);
});

describe('a batch in groups', () => {
  const images = createRng(5, 'images').normal([B, SIZE, SIZE, 3]) as tf.Tensor4D;

  test('each group is normalised by itself, statistics are averaged', () => {
    const encoder = linearEncoder(true);
    const weights = encoder.init(createRng(1, 'init'));
    const { head, stats } = forwardInGroups(encoder, weights, images, 2);
    const halves = tf.split<tf.Tensor4D>(images, 2).map((half) => encoder.apply(weights, half, 'train'));
    expect(head).toBeAllClose(tf.concat(halves.map((half) => half.head)));
    expect(stats['mean']).toBeAllClose(tf.div(tf.add(halves[0]!.stats['mean']!, halves[1]!.stats['mean']!), 2));
  });

  test('shuffling is undone: rows come out in the order of the images', () => {
    const encoder = linearEncoder(false);
    const weights = encoder.init(createRng(1, 'init'));
    expect(forwardShuffled(encoder, weights, images, 2, createRng(9, 'shuffle')).head).toBeAllClose(
      encoder.apply(weights, images, 'train').head,
    );
  });

  test('and it does mix the groups', async () => {
    const encoder = linearEncoder(true);
    const weights = encoder.init(createRng(1, 'init'));
    const [plain, shuffled] = [
      forwardInGroups(encoder, weights, images, 2),
      forwardShuffled(encoder, weights, images, 2, createRng(9, 'shuffle')),
    ];
    const difference = await tf.max(tf.abs(tf.sub(plain.head, shuffled.head))).data();
    expect(difference[0]).toBeGreaterThan(0.01);
  });

  test.each([3, 8])('%i groups of 8 images are refused', (groups) => {
    const encoder = linearEncoder(true);
    expect(() => forwardInGroups(encoder, encoder.init(createRng(1, 'init')), images, groups)).toThrow(
      /8 images cannot be normalised in/,
    );
  });
});
