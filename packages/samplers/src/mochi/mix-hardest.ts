import { DEFAULT_BANK, mixtureBlock, type MixtureBlock, type SampleRng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { poolOf, rankOf, rankPairOf, rowsAt, silenced } from '../draw-ranks.js';
import { poolTooSmall } from '../errors.js';
import { tidyTree } from '../tidy-tree.js';

export interface MixOptions {
  /** Range of the uniform weight, within 0..1. */
  readonly range: readonly [from: number, to: number];
  /** How many of the N rows may be drawn, [B, 1] float32: the rest are masked. Absent: all. Where it is 0, the negatives count for nothing. */
  readonly available?: tf.Tensor2D;
  /** How many of the negatives count, the first of them: the rest have log-weight -Infinity. Absent: all. A ramp without retracing. */
  readonly active?: tf.Scalar;
  /** Name of the bank. Default: DEFAULT_BANK. */
  readonly bank?: string;
}

/**
 * MoCHi's first type: h = normalize(a n_i + (1 - a) n_j), with i and j distinct rows among each query's hardest, drawn by their place
 * in the pool with replacement from pair to pair, and a uniform.
 *
 * @param hardest Bank rows of each query, [B, N] int32, those that may not be drawn last. @param count S, synthetic negatives for each query; may exceed N.
 * @param rng Keyed by sample: equal streams and ids give equal negatives.
 * @returns A mixture of P = 2 parents: rows [B, S, 2] int32, weights [B, S, 2]; the caller disposes its tensors.
 * @throws MOCHI_POOL_TOO_SMALL when N < 1. N = 1 pairs the row with itself.
 * @see Kalantidis et al. 2020, arXiv:2010.01028, section 3.3
 */
export function mixHardestPairs(
  hardest: tf.Tensor2D,
  count: number,
  rng: SampleRng,
  { range: [from, to], available, active, bank = DEFAULT_BANK }: MixOptions,
): MixtureBlock {
  if (hardest.shape[1] < 1) throw poolTooSmall(hardest.shape[1]);
  return tidyTree(() => {
    const [first, second] = [rng.uniform([count]), rng.uniform([count])] as [tf.Tensor2D, tf.Tensor2D];
    const ranks = rankPairOf(first, second, poolOf(hardest.shape[1], available)); // [B, S, 2]
    const a = rng.uniform([count], from, to);
    return mixtureBlock({
      bank,
      rows: rowsAt(hardest, ranks),
      weights: tf.stack([a, tf.sub(1, a)], 2),
      ...silenced([hardest.shape[0], count], { available, active }),
    });
  });
}

/**
 * MoCHi's second type: h' = normalize(b q + (1 - b) n_j), with j among each query's hardest rows, and b uniform.
 *
 * @param hardest As for {@link mixHardestPairs}. @param count S'. @param rng As there.
 * @returns A mixture of P = 1 parent and the query: rows [B, S', 1] int32, weights [B, S', 1], queryWeight [B, S']; the caller disposes them.
 * @throws MOCHI_POOL_TOO_SMALL when N < 1.
 * @see Kalantidis et al. 2020, arXiv:2010.01028, section 3.4
 */
export function mixQueryWithHardest(
  hardest: tf.Tensor2D,
  count: number,
  rng: SampleRng,
  { range: [from, to], available, active, bank = DEFAULT_BANK }: MixOptions,
): MixtureBlock {
  if (hardest.shape[1] < 1) throw poolTooSmall(hardest.shape[1]);
  return tidyTree(() => {
    const place = rng.uniform([count]) as tf.Tensor2D;
    const ranks = tf.expandDims(rankOf(place, poolOf(hardest.shape[1], available)), 2); // [B, S', 1]
    const b = rng.uniform([count], from, to);
    return mixtureBlock({
      bank,
      rows: rowsAt(hardest, ranks),
      weights: tf.expandDims(tf.sub(1, b), 2),
      queryWeight: b,
      ...silenced([hardest.shape[0], count], { available, active }),
    });
  });
}
