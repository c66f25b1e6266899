import { topK, topSet } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { poolTooSmall, requireRows } from '../errors.js';

/**
 * The rows of the bank that are most similar to each query, in the order of the bank: whoever draws from them draws from a set, and to find a
 * set takes a quarter of the time that sorting takes.
 *
 * @param similarities Cosines, [B, K]. @param count N. @param mask [B, K], 0 or -Infinity: rows that may not be drawn come last.
 * @param order `most-similar-first` sorts them, so that the first few are the hardest few: what a ramp of N needs.
 * @returns [B, N] int32; the caller disposes it.
 * @throws MOCHI_POOL_TOO_LARGE when N > K, MOCHI_POOL_TOO_SMALL when N < 1.
 * @see Kalantidis et al. 2020, arXiv:2010.01028, section 3.3
 */
export function hardestRows(
  similarities: tf.Tensor2D,
  count: number,
  mask?: tf.Tensor2D,
  order: 'bank' | 'most-similar-first' = 'bank',
): tf.Tensor2D {
  const capacity = similarities.shape[1];
  if (count < 1) throw poolTooSmall(count);
  requireRows('n', count, capacity);
  return tf.tidy(() => {
    const ranked = mask ? tf.add<tf.Tensor2D>(similarities, mask) : similarities;
    return order === 'bank' ? topSet(ranked, count) : (topK(ranked, count, { sorted: true }).indices as tf.Tensor2D);
  });
}
