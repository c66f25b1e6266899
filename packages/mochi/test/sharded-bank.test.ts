import { hardestRows, mixHardestPairs } from '@mochi/samplers';
import { createRng, logSumExp, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { inBankOrder, mergeHardest, mergeLogSumExp, shardsOf } from './merge-shards.js';

await startTensorFlow();

const [B, K, N] = [5, 40, 12];
const rng = createRng(3, 'shards');
const distinct = rng.uniform([B, K], -1, 1) as tf.Tensor2D;
/** Nine values for forty rows: the N-th and the next are equal more often than not. */
const tied = tf.div<tf.Tensor2D>(tf.round(tf.mul(distinct, 4)), 4);
const hidden = tf.where(tf.less(rng.uniform([B, K]), 0.5), -Infinity, tf.zeros([B, K])) as tf.Tensor2D;
const nearlyAllHidden = tf.where(tf.less(rng.uniform([B, K]), 0.9), -Infinity, tf.zeros([B, K])) as tf.Tensor2D;

// One, even, uneven, and shards smaller than N.
const SIZES = [[40], [20, 20], [7, 3, 30], [5, 5, 5, 5, 5, 5, 5, 5], Array<number>(40).fill(1)];
const BANKS: [string, tf.Tensor2D, tf.Tensor2D | undefined][] = [
  ['distinct cosines', distinct, undefined],
  ['ties', tied, undefined],
  ['ties and masked rows', tied, hidden],
  ['fewer free rows than N', tied, nearlyAllHidden],
];

describe.each(SIZES.map((sizes) => [sizes.join(' + '), sizes] as const))('shards of %s rows', (_, sizes) => {
  test.each(BANKS)('top-N is that of one bank: %s', (_name, similarities, mask) => {
    const merged = mergeHardest(shardsOf(sizes, similarities, mask), N);
    expect(merged.arraySync()).toEqual(hardestRows(similarities, N, mask, 'most-similar-first').arraySync());
  });

  test.each(BANKS)('the log of the sum of uniform negatives is that of one bank: %s', (_name, similarities, mask) => {
    const logits = tf.div(similarities, 0.2);
    const want = logSumExp(mask ? tf.add(logits, mask) : logits);
    expect(mergeLogSumExp(shardsOf(sizes, similarities, mask), 0.2)).toBeAllClose(want, { rtol: 1e-5 });
  });

  test.each(BANKS.slice(0, 2))("MoCHi's pool and pairs are those of one bank: %s", (_name, similarities) => {
    const ids = tf.range(0, B, 1, 'int32') as tf.Tensor1D;
    const pairs = (pool: tf.Tensor2D) => mixHardestPairs(pool, 20, createRng(1, 'pairs').perSample(ids), { range: [0, 1] });
    const [merged, whole] = [inBankOrder(mergeHardest(shardsOf(sizes, similarities), N)), hardestRows(similarities, N)];
    expect(merged.arraySync()).toEqual(whole.arraySync());
    expect(pairs(merged).rows.arraySync()).toEqual(pairs(whole).rows.arraySync());
    expect(pairs(merged).weights.arraySync()).toEqual(pairs(whole).weights.arraySync());
  });
});
