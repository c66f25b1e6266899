import { scatterAdd } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The rows of the bank that each query may draw, in the bank's order; after them, 0.
 *
 * @param similarities [B, K], for its shape. @param mask [B, K], 0 or -Infinity. Absent: every row.
 * @returns [B, K] int32; the caller disposes it.
 */
export const freeRows = (similarities: tf.Tensor2D, mask?: tf.Tensor2D): tf.Tensor2D =>
  tf.tidy(() => {
    const [batch, capacity] = similarities.shape;
    const rows = tf.expandDims(tf.range(0, capacity, 1, 'int32'), 0); // [1, K]
    if (!mask) return tf.tile(rows, [batch, 1]) as tf.Tensor2D;
    // A free row goes to the place that the free rows before it leave: one pass over [B, K], where a sort would need many.
    const free = tf.cast(tf.greater(mask, -Infinity), 'int32');
    const before = tf.cumsum(free, 1, true);
    const start = tf.expandDims(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(capacity, 'int32')), 1);
    // A masked row adds 0 where the next free one goes; past the last, to the last place, which is then of no free row.
    const at = tf.add(tf.minimum(before, tf.scalar(capacity - 1, 'int32')), start);
    return tf.reshape(scatterAdd(tf.reshape(at, [-1, 1]), tf.reshape(tf.mul(rows, free), [-1]), [batch * capacity]), [
      batch,
      capacity,
    ]);
  });
