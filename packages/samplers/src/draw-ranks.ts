import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Rows that may be drawn from a pool of N, [B, 1] or a scalar, float32. @param available How many of each query's rows may be drawn, [B, 1]. */
export const poolOf = (size: number, available?: tf.Tensor2D): tf.Tensor =>
  available ? tf.minimum(available, size) : tf.scalar(size);

/** Uniform [0, 1) to whole ranks [0, pool), as float32: exact below 2^24, and no rank is favoured by more than pool / 2^24. */
export const rankOf = (uniform: tf.Tensor2D, pool: tf.Tensor): tf.Tensor2D =>
  tf.maximum(tf.minimum(tf.floor(tf.mul(uniform, pool)), tf.sub(pool, 1)), 0); // rounding up to the pool itself is cut off; so is a pool of 0

/** Two uniforms [B, M] to two ranks that differ where the pool has two, [B, M, 2]: every ordered pair is equally likely. */
export function rankPairOf(first: tf.Tensor2D, second: tf.Tensor2D, pool: tf.Tensor): tf.Tensor3D {
  const i = rankOf(first, pool);
  const other = rankOf(second, tf.maximum(tf.sub(pool, 1), 1)); // one of the pool - 1 others,
  const j = tf.minimum(tf.add(other, tf.cast(tf.greaterEqual(other, i), 'float32')), tf.maximum(tf.sub(pool, 1), 0)); // moved past i
  return tf.stack([i, j], 2) as tf.Tensor3D;
}

/** Bank rows [B, M, P], int32, at ranks [B, M, P] of a pool [B, N]. */
export function rowsAt(pool: tf.Tensor2D, ranks: tf.Tensor): tf.Tensor3D {
  const [batch, count, parents] = ranks.shape as [number, number, number];
  const flat = tf.cast(tf.reshape(ranks, [batch, count * parents]), 'int32');
  return tf.reshape(gather(pool, flat, { axis: 1, batchDims: 1 }), [batch, count, parents]);
}

/** Log-weights [B, M] of -Infinity for the queries with nothing to draw from: log 0; log 1 = 0 for the others. Absent: every row may be drawn. */
export const nothingWithout = (available: tf.Tensor2D | undefined, count: number): { logWeights?: tf.Tensor2D } =>
  available ? { logWeights: tf.tile(tf.log(tf.minimum<tf.Tensor2D>(available, 1)), [1, count]) } : {};
