import { isMochiError } from '@mochi/contract';
import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { referenceCase } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { mochiConfig } from './config.js';
import { mochiSampler } from './mochi-sampler.js';
import { hardestRows } from './hardest-rows.js';
import { mixHardestPairs, mixQueryWithHardest } from './mix-hardest.js';

await startTensorFlow();

const codeOf = (fn: () => unknown): unknown => {
  try {
    fn();
  } catch (error) {
    return isMochiError(error) ? error.code : error;
  }
  return undefined;
};

describe('hardestRows', () => {
  test.each(['mochi-small', 'mochi-wide'])('are those of %s', (name) => {
    const from = referenceCase(name, import.meta.url);
    const similarities = tf.matMul<tf.Tensor2D>(from.tensor('queries'), from.tensor('bank'), false, true);
    const [, count] = from.shape('hardest');
    const rows = hardestRows(similarities, count!).arraySync();
    const want = from.tensor<tf.Tensor2D>('hardest').arraySync();
    expect(rows).toEqual(want);
  });

  test('in the order of the bank, and masked rows last', () => {
    const similarities = tf.tensor2d([[0.1, 0.9, 0.5, 0.7]]);
    expect(hardestRows(similarities, 3).arraySync()).toEqual([[1, 2, 3]]);
    expect(hardestRows(similarities, 3, tf.tensor2d([[0, -Infinity, 0, 0]])).arraySync()).toEqual([[0, 2, 3]]);
    expect(hardestRows(similarities, 3, tf.tensor2d([[-Infinity, -Infinity, 0, 0]])).arraySync()).toEqual([[2, 3, 0]]);
  });

  test('an N of all rows is remarked, where anything is mixed', () => {
    const remark = (changes: object, capacity = 8) => mochiSampler(mochiConfig.parse({ n: 8, ...changes })).check!(capacity);
    expect(remark({})).toMatch(/sampler\.n is 8, all rows of the bank/);
    expect([remark({}, 9), remark({ s: 0, sPrime: 0 })]).toEqual([undefined, undefined]);
  });

  test('what cannot be drawn is an error', () => {
    expect(codeOf(() => hardestRows(tf.zeros([2, 4]), 5))).toBe('MOCHI_POOL_TOO_LARGE');
    expect(codeOf(() => hardestRows(tf.zeros([2, 4]), 0))).toBe('MOCHI_POOL_TOO_SMALL');
    const rng = createRng(1, 'x').perSample(tf.tensor1d([1], 'int32'));
    expect(codeOf(() => mixHardestPairs(tf.zeros([1, 0], 'int32'), 3, rng, { range: [0, 1] }))).toBe('MOCHI_POOL_TOO_SMALL');
    expect(codeOf(() => mixQueryWithHardest(tf.zeros([1, 0], 'int32'), 3, rng, { range: [0, 1] }))).toBe('MOCHI_POOL_TOO_SMALL');
  });
});
