import {
  bankBlock,
  DEFAULT_BANK,
  mixtureBlock,
  type Block,
  type BankView,
  type Batch,
  type Denominator,
  type DrawRequest,
  type MethodContext,
  type Tensors,
} from '@mochi/contract';
import { createRng, l2Normalize, startTensorFlow, valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { linearEncoder } from '../../test/linear-encoder.js';
import { simclrConfig } from './config.js';
import { liveBatch, partnersOf } from './live-batch.js';
import { Simclr } from './simclr.js';

await startTensorFlow();

const [B, D, SIZE, T] = [5, 4, 2, 0.3];

const rng = createRng(3, 'test');
const images = (name: string): tf.Tensor4D => rng.fork(name).normal([B, SIZE, SIZE, 3]) as tf.Tensor4D;
const batch: Batch = { views: { query: images('query'), key: images('key') }, ids: tf.range(7, 7 + B, 1, 'int32') };

interface Options {
  /** What a sampler makes of the mask. Default: the whole bank. */
  readonly blocks?: (view: BankView) => Block[];
  readonly denominator?: Denominator;
  readonly positives?: tf.Tensor2D;
}

/** The method, with a draw that remembers its request. */
function setUp(normalised: boolean, { blocks, denominator, positives }: Options = {}) {
  const method = new Simclr(simclrConfig.parse({ temperature: T }));
  const parts = { encoder: linearEncoder({ dim: D, size: SIZE, normalised }) };
  const { params, state } = method.init(parts, rng.fork('init'));
  const requests: DrawRequest[] = [];
  const context: MethodContext = {
    ...{ step: tf.scalar(0, 'int32'), epoch: tf.scalar(0, 'int32'), rng: rng.fork('step'), scalars: {} },
    draw(request) {
      requests.push(request);
      const { queries, keys, ids, live, temperature } = request;
      const { rows, mask } = live!;
      const none = tf.fill([rows.shape[0]], -1, 'int32') as tf.Tensor1D;
      const at = { cursor: tf.scalar(0, 'int32'), filled: tf.scalar(0, 'int32') };
      const similarities = tf.matMul(queries, rows, false, true) as tf.Tensor2D;
      const view: BankView = { state: { rows, ids, writtenAt: none, ...at }, similarities, mask };
      const negatives = { blocks: blocks?.(view) ?? [bankBlock({ logWeights: mask })], denominator };
      const own = positives === undefined;
      return {
        queries,
        positives: positives ?? keys,
        ownPositives: own,
        temperature,
        ids,
        negatives,
        banks: { [DEFAULT_BANK]: view },
      };
    },
  };
  const step = (weights: Tensors) => method.step(parts, weights, state, batch, context);
  const run = () => valueAndGrads((weights) => ({ loss: step(weights).loss }), params);
  const rowsOf = (weights: Tensors): tf.Tensor2D => {
    const both = tf.concat([batch.views['query']!, batch.views['key']!]) as tf.Tensor4D;
    const { stats } = (state as unknown as { query: { stats: Tensors } }).query;
    return l2Normalize(parts.encoder.apply({ params: weights, stats }, both, 'train').head) as tf.Tensor2D;
  };
  return { method, parts, params, state, step, run, rowsOf, requests };
}

/** NT-Xent as the paper writes it (equation 1), in plain ops: 2B rows, the row itself left out of the sum. */
function ntXent(z: tf.Tensor2D): tf.Scalar {
  const rows = z.shape[0];
  const self = tf.mul(tf.eye(rows), -1e9);
  const logits = tf.add(tf.div(tf.matMul(z, z, false, true), T), self);
  const targets = tf.oneHot(partnersOf(rows / 2), rows);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), targets), 1)));
}

describe.each([
  ['without batch norm', false],
  ['with batch norm', true],
])('a step of SimCLR %s', (_, normalised) => {
  const { params, run, rowsOf } = setUp(normalised);
  const { loss, gradients } = run();

  test('has NT-Xent for loss, and its gradient through queries, positives and negatives', () => {
    const want = valueAndGrads((weights) => ({ loss: ntXent(rowsOf(weights)) }), params);
    expect(loss).toBeAllClose(want.loss);
    for (const name of Object.keys(params))
      expect(gradients[name]).toBeAllClose(want.gradients[name]!, { rtol: 1e-4, atol: 1e-6 });
  });
});

describe('the request', () => {
  const { params, step, rowsOf, requests } = setUp(false);
  const { entries } = step(params);
  const { queries, keys, ids, live } = requests[0]!;
  const z = rowsOf(params);

  test('has 2B queries, each with the other view as its key, and ids doubled', () => {
    expect(queries).toBeAllClose(z);
    expect(keys).toBeAllClose(tf.concat([tf.slice(z, B, B), tf.slice(z, 0, B)]));
    expect(ids).toBeAllClose([7, 8, 9, 10, 11, 7, 8, 9, 10, 11]);
  });

  test('hides each row and its other view from itself, and no other', () => {
    const mask = live!.mask.arraySync();
    mask.forEach((row, at) => row.forEach((value, other) => expect(value).toBe(at % B === other % B ? -Infinity : 0)));
    expect(live!.rows).toBeAllClose(z);
  });

  test('the rows of the key views are what a bank for positives gets', () => {
    expect(entries!.keys).toBeAllClose(tf.slice(z, B, B));
    expect(entries!.ids).toBeAllClose(batch.ids);
  });
});

/** Negatives of the explicit kind: what the closed forms must equal, with mixtures cut from the tape. */
const explicit = (z: tf.Tensor2D, denominator: 'with' | 'without', mixed?: { rows: tf.Tensor3D; weights: tf.Tensor3D }) => {
  const own = tf.div(tf.sum(tf.mul(z, tf.gather(z, partnersOf(B))), 1, true), T);
  const { mask } = liveBatch(z, tf.range(0, 2 * B, 1, 'int32'));
  const columns = [tf.add(tf.div(tf.matMul(z, z, false, true), T), mask)];
  if (mixed) {
    const parents = tf.gather(tf.tensor(z.dataSync(), z.shape), tf.reshape(mixed.rows, [-1]));
    const [count, ways] = [mixed.rows.shape[1], mixed.rows.shape[2]];
    const weighted = tf.mul(tf.reshape(parents, [2 * B, count, ways, D]), tf.expandDims(mixed.weights, 3));
    const synthetic = l2Normalize(tf.sum(weighted, 2)) as tf.Tensor3D;
    columns.push(tf.div(tf.sum(tf.mul(tf.expandDims(z, 1), synthetic), 2), T));
  }
  const all = tf.concat(denominator === 'with' ? [own, ...columns] : columns, 1);
  return tf.mean(tf.sub(tf.logSumExp(all, 1), tf.squeeze(own, [1]))) as tf.Scalar;
};

describe('other negatives than uniform', () => {
  test('DCL: the positive leaves the denominator', () => {
    const { params, run, rowsOf } = setUp(false, { denominator: { kind: 'without-positive' } });
    const { loss, gradients } = run();
    const want = valueAndGrads((weights) => ({ loss: explicit(rowsOf(weights), 'without') }), params);
    expect(loss).toBeAllClose(want.loss);
    expect(gradients['weight']).toBeAllClose(want.gradients['weight']!, { rtol: 1e-4, atol: 1e-6 });
  });

  test('mixtures of rows of the batch are constants; the rows themselves get gradient', () => {
    const draws = createRng(1, 'mixture');
    // Of image b + 1 and b + 2: never the query's own.
    const place = (step: number) =>
      tf.expandDims(tf.mod(tf.add(tf.range(0, 2 * B, 1, 'int32'), tf.scalar(step, 'int32')), tf.scalar(B, 'int32')), 1);
    const rows = tf.stack([tf.tile(place(1), [1, 3]), tf.tile(place(2), [1, 3])], 2) as tf.Tensor3D;
    const weights = draws.uniform([2 * B, 3, 2], 0.1, 1) as tf.Tensor3D;
    const { params, run, rowsOf } = setUp(false, {
      blocks: ({ mask }) => [bankBlock({ logWeights: mask }), mixtureBlock({ rows, weights })],
    });
    const { loss, gradients } = run();
    const want = valueAndGrads((given) => ({ loss: explicit(rowsOf(given), 'with', { rows, weights }) }), params);
    expect(loss).toBeAllClose(want.loss);
    expect(gradients['weight']).toBeAllClose(want.gradients['weight']!, { rtol: 1e-4, atol: 1e-6 });
  });

  test('positives from elsewhere are constants', () => {
    const positives = l2Normalize(rng.fork('elsewhere').normal([2 * B, D])) as tf.Tensor2D;
    const { params, run, rowsOf } = setUp(false, { positives });
    const { loss, gradients } = run();
    const want = valueAndGrads((weights) => {
      const z = rowsOf(weights);
      const { mask } = liveBatch(z, tf.range(0, 2 * B, 1, 'int32'));
      const own = tf.div(tf.sum(tf.mul(z, positives), 1, true), T);
      const others = tf.add(tf.div(tf.matMul(z, z, false, true), T), mask);
      return { loss: tf.mean(tf.sub(tf.logSumExp(tf.concat([own, others], 1), 1), tf.squeeze(own, [1]))) as tf.Scalar };
    }, params);
    expect(loss).toBeAllClose(want.loss);
    expect(gradients['weight']).toBeAllClose(want.gradients['weight']!, { rtol: 1e-4, atol: 1e-6 });
  });
});

test('keys to fill a bank with are those of the key views, and the one encoder is the query encoder', () => {
  const { method, parts, params, state } = setUp(false);
  const { keys, ids } = method.keys(parts, params, state, batch);
  expect(keys).toBeAllClose(l2Normalize(parts.encoder.apply({ params, stats: {} }, batch.views['key']!, 'train').head));
  expect(ids).toBe(batch.ids);
  expect(method.encoders(params, state)['query']!.params).toBe(params);
});
