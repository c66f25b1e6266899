import type { LiveBank } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** For each of 2B rows, two views of B images one below the other, the row of the other view, [2B] int32. */
export const partnersOf = (images: number): tf.Tensor1D =>
  tf.tensor1d(Int32Array.from({ length: 2 * images }, (_, at) => (at + images) % (2 * images)), 'int32'); // prettier-ignore

/** The rows of the other view. Gradient flows through. @param rows [2B, D]. */
export const otherViews = (rows: tf.Tensor2D): tf.Tensor2D => gather(rows, partnersOf(rows.shape[0] / 2)) as tf.Tensor2D;

/**
 * Two views of a batch as the bank that each of them draws its negatives from: every row but itself and the other view of its image.
 *
 * @param rows Unit vectors, [2B, D]: B images under one view, then the same under the other. @param ids Their samples, [2B] int32.
 */
export function liveBatch(rows: tf.Tensor2D, ids: tf.Tensor1D, labels?: tf.Tensor1D): LiveBank {
  const [count] = rows.shape;
  const images = tf.mod(tf.range(0, count, 1, 'int32'), tf.scalar(count / 2, 'int32'));
  const same = tf.equal(tf.expandDims(images, 0), tf.expandDims(images, 1)); // [2B, 2B]
  const mask = tf.where(same, tf.fill([count, count], -Infinity), tf.zeros([count, count])) as tf.Tensor2D;
  return { rows, ids, mask, ...(labels ? { labels } : {}) };
}
