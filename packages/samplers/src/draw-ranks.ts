import { gather, layersOf, runtimeInfo } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Rows that may be drawn from a pool of N: N itself, or [B, 1] float32. @param available How many of each query's rows may be drawn, [B, 1]. */
export const poolOf = (size: number, available?: tf.Tensor2D): number | tf.Tensor2D =>
  available ? tf.minimum(available, size) : size;

/**
 * Uniform [0, 1) to whole ranks [0, pool), as float32: exact below 2^24, and no rank is favoured by more than pool / 2^24. A pool of 0 has
 * rank 0.
 */
export function rankOf(uniform: tf.Tensor2D, pool: number | tf.Tensor2D): tf.Tensor2D {
  const rank = tf.floor<tf.Tensor2D>(tf.mul(uniform, pool)); // of multiples of 2^-24: below a pool of at most 2^24, rounded or not
  return typeof pool === 'number' ? rank : tf.maximum(tf.minimum(rank, tf.sub(pool, 1)), 0);
}

/** Two uniforms [B, M] to two ranks that differ where the pool has two, [B, M, 2]: every ordered pair is equally likely. */
export function rankPairOf(first: tf.Tensor2D, second: tf.Tensor2D, pool: number | tf.Tensor2D): tf.Tensor3D {
  const i = rankOf(first, pool);
  if (pool === 1) return tf.stack([i, i], 2) as tf.Tensor3D;
  const others = typeof pool === 'number' ? pool - 1 : tf.maximum<tf.Tensor2D>(tf.sub(pool, 1), 1);
  const other = rankOf(second, others); // one of the pool - 1 others,
  const j = tf.add(other, tf.cast(tf.greaterEqual(other, i), 'float32')); // moved past i
  return tf.stack([i, typeof pool === 'number' ? j : tf.minimum(j, tf.maximum(tf.sub(pool, 1), 0))], 2) as tf.Tensor3D;
}

/** Bank rows [B, M, P], int32, at ranks [B, M, P] of a pool [B, N]. */
export const rowsAt = (pool: tf.Tensor2D, ranks: tf.Tensor): tf.Tensor3D => {
  const rowsOf = (some: tf.Tensor): tf.Tensor => gather(pool, tf.cast(some, 'int32'), { axis: 1, batchDims: 1 });
  // At once on a GPU, where integers are not stacked; layer by layer on a processor, where that is faster.
  return (
    runtimeInfo().device === 'gpu' ? rowsOf(ranks) : tf.stack(layersOf(ranks as tf.Tensor3D).map(rowsOf), 2)
  ) as tf.Tensor3D;
};

/**
 * Log-weights [B, M] of -Infinity for the queries with nothing to draw from, and for all negatives but the first `active`; 0 for the others.
 *
 * @param available How many rows each query may draw, [B, 1]. Absent: all. @param active How many negatives count now. Absent: all.
 * @returns Nothing where both are absent: a constant costs nothing.
 */
export function silenced(
  [batch, count]: readonly [batch: number, count: number],
  { available, active }: { readonly available?: tf.Tensor2D | undefined; readonly active?: tf.Scalar | undefined },
): { logWeights?: tf.Tensor2D } {
  const parts = [
    ...(available ? [tf.log(tf.minimum<tf.Tensor2D>(available, 1))] : []), // log 0 and log 1, [B, 1]
    ...(active ? [tf.where(tf.lessEqual(tf.range(1, count + 1), active), 0, -Infinity)] : []), // [M]
  ];
  if (parts.length === 0) return {};
  return { logWeights: tf.add(tf.zeros([batch, count]), parts.length === 1 ? parts[0]! : tf.add(parts[0]!, parts[1]!)) };
}
