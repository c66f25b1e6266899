import * as tf from '@tensorflow/tfjs-core';
import { opArgument } from './errors.js';
import { scatterRows } from './scatter.js';
import { topK } from './top-k.js';

/** A rank: a number, or one that only the step knows, `at` [B, 1] or a scalar, float32, with the greatest that it can be. */
export type Rank = number | { readonly at: tf.Tensor; readonly most: number };

/**
 * An additive mask that keeps each query's bank rows of similarity rank [from, to): rank 0 is the most similar row, and of equal ones the
 * lower index ranks first. Rows of similarity -Infinity (masked ones) rank last and are not left out: where the band reaches past the others it holds them
 * too, so add the mask to the result as well.
 *
 * @param similarities [B, K] float32. @param from First rank kept, in [0, K]. @param to First rank not kept; more than K counts as K.
 * @returns [B, K] float32, a constant: 0 inside the band, -Infinity outside. Where a tensor `from` is past `to`, nothing is kept.
 * @throws MOCHI_OP_ARGUMENT when from is negative or past `to`, both numbers.
 */
export function rankMask(similarities: tf.Tensor2D, from: Rank, to: Rank): tf.Tensor2D {
  const [batch, rows] = similarities.shape;
  if (typeof from === 'number' && typeof to === 'number') return fixedMask(similarities, from, Math.min(to, rows));
  return tf.tidy(() => {
    // As below, of the order no more than the head that bounds can reach is sorted.
    const open = typeof to === 'number' && to >= rows;
    const most = Math.min(mostOf(open ? from : to), rows);
    if (most === 0) return tf.fill([batch, rows], open ? 0 : -Infinity);
    const rank = tf.range(0, most, 1, 'float32');
    const below = (bound: Rank): tf.Tensor => tf.less(rank, typeof bound === 'number' ? bound : bound.at); // [n] or [B, n]
    const kept = open ? tf.logicalNot(below(from)) : tf.logicalAnd(tf.logicalNot(below(from)), below(to));
    const values = tf.broadcastTo(tf.where(kept, 0, -Infinity), [batch, most]);
    return place(tf.fill([batch * rows], open ? 0 : -Infinity), topK(similarities, most).indices, rows, values);
  });
}

function fixedMask(similarities: tf.Tensor2D, from: number, to: number): tf.Tensor2D {
  const [batch, rows] = similarities.shape;
  if (!(from >= 0 && from <= to)) throw opArgument('rankMask', `the band of ranks is [${from}, ${to})`, '0 <= from <= to.');
  if (from >= to) return tf.fill([batch, rows], -Infinity);
  if (from === 0 && to === rows) return tf.zeros([batch, rows]);
  return tf.tidy(() => {
    // The whole order is never sorted where the head of it will do.
    if (to === rows)
      return place(tf.zeros([batch * rows]), topK(similarities, from).indices, rows, tf.fill([batch, from], -Infinity));
    const band = tf.slice(topK(similarities, to).indices, [0, from], [-1, -1]);
    return place(tf.fill([batch * rows], -Infinity), band, rows, tf.zeros([batch, to - from]));
  });
}

const mostOf = (bound: Rank): number => (typeof bound === 'number' ? bound : bound.most);

/** `flat` [B * K] as [B, K], with `values` [B, n] at the columns [B, n] of each row. */
function place(flat: tf.Tensor1D, columns: tf.Tensor2D, rows: number, values: tf.Tensor): tf.Tensor2D {
  const [batch, count] = columns.shape;
  const start = tf.expandDims(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(rows, 'int32')), 1);
  const at = tf.reshape(tf.add(columns, start), [batch * count]) as tf.Tensor1D;
  return tf.reshape(scatterRows(flat, at, tf.reshape(values, [batch * count])), [batch, rows]);
}
