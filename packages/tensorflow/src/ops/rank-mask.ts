import * as tf from '@tensorflow/tfjs-core';
import { opArgument } from './errors.js';
import { scatterRows } from './scatter.js';
import { topK } from './top-k.js';

/**
 * An additive mask that keeps each query's bank rows of similarity rank [from, to): rank 0 is the most similar row, and of equal ones the
 * lower index ranks first.
 *
 * @param similarities [B, K] float32. @param from First rank kept, in [0, K]. @param to First rank not kept; more than K counts as K.
 * @returns [B, K] float32, a constant: 0 inside the band, -Infinity outside.
 * @throws MOCHI_OP_ARGUMENT when from is negative or past `to`.
 */
export function rankMask(similarities: tf.Tensor2D, from: number, to: number): tf.Tensor2D {
  const [batch, rows] = similarities.shape;
  const end = Math.min(to, rows);
  if (!(from >= 0 && from <= to)) throw opArgument('rankMask', `the band of ranks is [${from}, ${to})`, '0 <= from <= to.');
  if (from >= end) return tf.fill([batch, rows], -Infinity);
  if (from === 0 && end === rows) return tf.zeros([batch, rows]);
  return tf.tidy(() => {
    // The whole order is never sorted where the head of it will do.
    if (end === rows) return place(tf.zeros([batch * rows]), topK(similarities, from).indices, rows, -Infinity);
    const band = tf.slice(topK(similarities, end).indices, [0, from], [-1, -1]);
    return place(tf.fill([batch * rows], -Infinity), band, rows, 0);
  });
}

/** `flat` [B * K] as [B, K], with `value` at the columns [B, n] of each row. */
function place(flat: tf.Tensor1D, columns: tf.Tensor2D, rows: number, value: number): tf.Tensor2D {
  const [batch, count] = columns.shape;
  const start = tf.expandDims(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(rows, 'int32')), 1);
  const at = tf.reshape(tf.add(columns, start), [batch * count]) as tf.Tensor1D;
  return tf.reshape(scatterRows(flat, at, tf.fill([batch * count], value)), [batch, rows]);
}
