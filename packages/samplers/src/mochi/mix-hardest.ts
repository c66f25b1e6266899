import { mixtureBlock, type MixtureBlock, type SampleRng } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { poolTooSmall } from '../errors.js';
import { tidyTree } from '../tidy-tree.js';

export interface MixOptions {
  /** Range of the uniform weight, within 0..1. */
  readonly range: readonly [from: number, to: number];
  /** How many of the N rows may be drawn, [B, 1] float32: the rest are masked. Absent: all. Where it is 0, the negatives count for nothing. */
  readonly available?: tf.Tensor2D;
}

/**
 * MoCHi's first type: h = normalize(a n_i + (1 - a) n_j), with i and j distinct rows among each query's hardest, drawn by rank with
 * replacement from pair to pair, and a uniform.
 *
 * @param hardest Bank rows of each query, most similar first, [B, N] int32. @param count S, synthetic negatives for each query; may exceed N.
 * @param rng Keyed by sample: equal streams and ids give equal negatives. One call for all numbers.
 * @returns A mixture of P = 2 parents: rows [B, S, 2] int32, weights [B, S, 2]; the caller disposes its tensors.
 * @throws MOCHI_POOL_TOO_SMALL when N < 1. N = 1 pairs the row with itself.
 * @see Kalantidis et al. 2020, arXiv:2010.01028, section 3.3
 */
export function mixHardestPairs(
  hardest: tf.Tensor2D,
  count: number,
  rng: SampleRng,
  { range: [from, to], available }: MixOptions,
): MixtureBlock {
  if (hardest.shape[1] < 1) throw poolTooSmall(hardest.shape[1]);
  return tidyTree(() => {
    const [first, second, share] = tf.unstack(rng.uniform([count, 3]), 2) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const pool = poolOf(hardest, available);
    const i = rankOf(first, pool);
    const other = rankOf(second, tf.maximum(tf.sub(pool, 1), 1)); // one of the pool - 1 others,
    const j = tf.minimum(tf.add(other, tf.cast(tf.greaterEqual(other, i), 'float32')), tf.maximum(tf.sub(pool, 1), 0)); // moved past i
    const ranks = tf.cast(tf.stack([i, j], 2), 'int32'); // [B, S, 2]
    const a = tf.add(tf.mul(share, to - from), from);
    return mixtureBlock({
      rows: rowsAt(hardest, ranks),
      weights: tf.stack([a, tf.sub(1, a)], 2),
      ...nothingWithout(available, count),
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
  { range: [from, to], available }: MixOptions,
): MixtureBlock {
  if (hardest.shape[1] < 1) throw poolTooSmall(hardest.shape[1]);
  return tidyTree(() => {
    const [place, share] = tf.unstack(rng.uniform([count, 2]), 2) as [tf.Tensor2D, tf.Tensor2D];
    const ranks = tf.cast(tf.expandDims(rankOf(place, poolOf(hardest, available)), 2), 'int32'); // [B, S', 1]
    const b = tf.add(tf.mul(share, to - from), from);
    return mixtureBlock({
      rows: rowsAt(hardest, ranks),
      weights: tf.expandDims(tf.sub(1, b), 2),
      queryWeight: b,
      ...nothingWithout(available, count),
    });
  });
}

/** Rows that may be drawn from the hardest, [B, 1] or a scalar. */
const poolOf = (hardest: tf.Tensor2D, available?: tf.Tensor2D): tf.Tensor =>
  available ? tf.minimum(available, hardest.shape[1]) : tf.scalar(hardest.shape[1]);

/** Uniform [0, 1) to whole ranks [0, pool), as float32: exact below 2^24, and no rank is favoured by more than pool / 2^24. */
const rankOf = (uniform: tf.Tensor2D, pool: tf.Tensor): tf.Tensor2D =>
  tf.maximum(tf.minimum(tf.floor(tf.mul(uniform, pool)), tf.sub(pool, 1)), 0); // rounding up to the pool itself is cut off; so is a pool of 0

/** Bank rows at ranks [B, M, P] of hardest [B, N]. */
function rowsAt(hardest: tf.Tensor2D, ranks: tf.Tensor): tf.Tensor3D {
  const [batch, count, parents] = ranks.shape as [number, number, number];
  return tf.reshape(gather(hardest, tf.reshape(ranks, [batch, count * parents]), { axis: 1, batchDims: 1 }), [
    batch,
    count,
    parents,
  ]);
}

/** Log-weights [B, M] of -Infinity for the queries with nothing to draw from: log 0; log 1 = 0 for the others. */
const nothingWithout = (available: tf.Tensor2D | undefined, count: number): { logWeights?: tf.Tensor2D } =>
  available ? { logWeights: tf.tile(tf.log(tf.minimum<tf.Tensor2D>(available, 1)), [1, count]) } : {};
