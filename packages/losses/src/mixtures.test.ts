import { bankBlock, DEFAULT_BANK, mixtureBlock } from '@mochi/contract';
import { leakFree } from '@mochi/testing';
import { compile, createRng, gather, l2Normalize, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { randomProblem } from '../test/explicit-loss.js';
import { contrastiveLossAndGradients, materializeMixture, mixtureSimilarities } from './index.js';

await startTensorFlow();

const problem = randomProblem(1, 4, 16, 32);
const { queries, bank } = problem;
const similarities = tf.matMul<tf.Tensor2D>(queries, bank, false, true);
const rng = createRng(1, 'draws');
const pair = rng.integers([4, 20, 2], 32);
const single = rng.integers([4, 20, 1], 32) as tf.Tensor3D;
const share = rng.uniform([4, 20]);
const weightsOf = (first: tf.Tensor): tf.Tensor => tf.stack([first, tf.sub(1, first)], 2);
const similaritiesAt = (rows: tf.Tensor): tf.Tensor => gather(similarities, tf.reshape(rows, [4, 20]), { axis: 1, batchDims: 1 });

describe('invariants of synthetic negatives', () => {
  test.each([
    { a: 1, at: 0 },
    { a: 0, at: 1 },
  ])('a = $a duplicates a parent, bit for bit', ({ a, at }) => {
    const block = mixtureBlock({ rows: pair, weights: weightsOf(tf.fill([4, 20], a)) });
    const parent = tf.slice(pair, [0, 0, at], [-1, -1, 1]);
    expect(mixtureSimilarities(block, bank, similarities).dataSync()).toEqual(similaritiesAt(parent).dataSync());
  });

  test('b = 0 duplicates the row, bit for bit', () => {
    const block = mixtureBlock({ rows: single, weights: tf.ones([4, 20, 1]), queryWeight: tf.zeros([4, 20]) });
    expect(mixtureSimilarities(block, bank, similarities).dataSync()).toEqual(similaritiesAt(single).dataSync());
  });

  test("q.h' >= l_j, whatever b", () => {
    const block = mixtureBlock({ rows: single, weights: tf.expandDims(tf.sub(1, share), 2), queryWeight: share });
    const gain = tf.sub(mixtureSimilarities(block, bank, similarities), similaritiesAt(single));
    expect(tf.min(gain).arraySync()).toBeGreaterThanOrEqual(-1e-6);
  });

  test('equals the cosine of explicit, normalised vectors', () => {
    for (const parents of [1, 2, 3, 5]) {
      const block = mixtureBlock({
        rows: rng.integers([4, 20, parents], 32),
        weights: rng.uniform([4, 20, parents], -1, 1),
        queryWeight: rng.uniform([4, 20], -0.5, 0.5),
      });
      const explicit = tf.sum(tf.mul(tf.expandDims(queries, 1), materializeMixture(block, bank, queries)), 2);
      expect(mixtureSimilarities(block, bank, similarities)).toBeAllClose(explicit, { rtol: 1e-4, atol: 1e-5 });
    }
  });

  test("shuffling the bank's rows changes nothing when the draws move with them", () => {
    const order = [...Array(32).keys()].sort((a, b) => ((a * 7) % 32) - ((b * 7) % 32));
    const shuffled = tf.gather(bank, tf.tensor1d(order, 'int32'));
    const newPlace = tf.tensor1d(
      order.map((_, row) => order.indexOf(row)),
      'int32',
    );
    const at = (rows: tf.Tensor): tf.Tensor => tf.gather(newPlace, rows as tf.Tensor1D);
    const run = (rows: tf.Tensor2D, move: (x: tf.Tensor) => tf.Tensor) =>
      contrastiveLossAndGradients({
        ...problem,
        banks: { [DEFAULT_BANK]: rows },
        similarities: {},
        negatives: { blocks: [bankBlock(), mixtureBlock({ rows: move(pair), weights: weightsOf(share) })] },
        temperature: 0.2,
      });
    const [before, after] = [run(bank, (x) => x), run(shuffled, at)];
    expect(after.loss).toBeAllClose(before.loss);
    expect(after.gradients.queries).toBeAllClose(before.gradients.queries, { rtol: 1e-5, atol: 1e-6 });
  });
});

test('antipodal parents, and a query opposite to its row, stay finite, and no cosine leaves [-1, 1]', () => {
  const row = l2Normalize(createRng(5, 'row').normal([1, 16])) as tf.Tensor2D;
  const nearly = l2Normalize(tf.add(tf.neg(row), tf.mul(1e-4, createRng(6, 'row').normal([1, 16])))) as tf.Tensor2D;
  const rows = tf.concat([row, tf.neg(row), nearly]) as tf.Tensor2D;
  const query = tf.neg(row) as tf.Tensor2D;
  const blocks = [
    mixtureBlock({
      rows: tf.tensor3d(
        [
          [
            [0, 1],
            [0, 2],
            [1, 1],
          ],
        ],
        [1, 3, 2],
        'int32',
      ),
      weights: tf.fill([1, 3, 2], 0.5),
    }),
    mixtureBlock({
      rows: tf.tensor3d([[[0], [2]]], [1, 2, 1], 'int32'),
      weights: tf.fill([1, 2, 1], 0.5),
      queryWeight: tf.fill([1, 2], 0.5),
    }),
    mixtureBlock({ rows: tf.tensor3d([[[0, 1, 2]]], [1, 1, 3], 'int32'), weights: tf.tensor3d([[[1, 1, 0]]]) }),
  ];
  const { loss, gradients } = contrastiveLossAndGradients({
    queries: query,
    positives: row,
    banks: { [DEFAULT_BANK]: rows },
    similarities: {},
    negatives: { blocks },
    temperature: 0.01,
  });
  expect([...loss.dataSync(), ...gradients.queries.dataSync()].every(Number.isFinite)).toBe(true);
  for (const block of blocks) {
    const cosines = mixtureSimilarities(block, rows, tf.matMul(query, rows, false, true));
    expect(tf.max(tf.abs(cosines)).arraySync()).toBeLessThanOrEqual(1 + 1e-6);
  }
});

describe('chunks', () => {
  const blocks = [2, 3].map((parents) =>
    mixtureBlock({ rows: rng.integers([4, 20, parents], 32), weights: rng.uniform([4, 20, parents]) }),
  );

  test.each([1, 3 * 4 * 16 * 4 * 3, 1e9])('of %i bytes change nothing', (bytes) => {
    for (const block of blocks)
      expect(mixtureSimilarities(block, bank, similarities, bytes).dataSync()).toEqual(
        mixtureSimilarities(block, bank, similarities).dataSync(),
      );
  });

  test('compiled, one after the other, they change nothing either', () => {
    for (const block of blocks) {
      const compiled = compile((s: tf.Tensor2D) => mixtureSimilarities(block, bank, s, 1), { name: 'chunked-mixture' });
      expect(compiled(similarities)).toBeAllClose(mixtureSimilarities(block, bank, similarities));
      compiled.dispose();
    }
  });

  test('nothing larger than a chunk is ever made', () => {
    const limit = 4 * 4 * 16 * 4 * 3; // room for 4 of the 20 negatives
    const largest = largestTensor(() => mixtureSimilarities(blocks[0]!, bank, similarities, limit));
    expect(largest).toBeLessThanOrEqual(limit / 4 / 3);
    expect(largestTensor(() => mixtureSimilarities(blocks[0]!, bank, similarities))).toBe(4 * 20 * 16); // so this test can fail
  });
});

/** Elements of the largest tensor that was made. */
function largestTensor(fn: () => tf.Tensor): number {
  let largest = 0;
  const spy = vi.spyOn(tf.engine(), 'makeTensorFromTensorInfo');
  const other = vi.spyOn(tf.engine(), 'trackTensor');
  fn();
  for (const [tensor] of other.mock.calls) largest = Math.max(largest, tensor.size);
  spy.mockRestore();
  other.mockRestore();
  return largest;
}

test('no tensor is left behind', () => {
  const block = mixtureBlock({ rows: tf.clone(pair), weights: weightsOf(share), queryWeight: tf.clone(share) });
  leakFree(
    [block, tf.clone(bank), tf.clone(similarities)] as const,
    (b, rows, s) => mixtureSimilarities(b, rows, s, 1),
    (cosines) => expect(cosines).toHaveShape([4, 20]),
  );
});
