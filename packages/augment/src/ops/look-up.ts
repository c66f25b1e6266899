import { gather, segmentSum } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';

/** Values that a pixel of a colour can have. */
export const LEVELS = 256;

/** Where each pixel's value stands in a table of [3, B, 256], flattened: int32, [3, B, height, width]. */
function placesOf(planes: Planes): tf.Tensor4D {
  const [colours, batch] = planes.shape;
  const first = tf.reshape(tf.range(0, colours * batch, 1, 'int32'), [colours, batch, 1, 1]);
  return tf.add(tf.mul(first, tf.scalar(LEVELS, 'int32')), tf.cast(planes, 'int32')) as tf.Tensor4D;
}

/** Every value replaced by what its table says. @param table One for each colour and image, [3, B, 256]. */
export const lookUp = (planes: Planes, table: tf.Tensor3D): Planes =>
  tf.tidy(() => tf.reshape(gather(tf.reshape(table, [-1]), tf.reshape(placesOf(planes), [-1])), planes.shape));

/** Pixels of each value, [3, B, 256]. */
export function histogram(planes: Planes): tf.Tensor3D {
  const [colours, batch] = planes.shape;
  return tf.tidy(() => {
    const places = tf.reshape(placesOf(planes), [-1]);
    const counts = segmentSum(tf.onesLike(tf.reshape(planes, [-1])), places, colours * batch * LEVELS);
    return tf.reshape(counts, [colours, batch, LEVELS]);
  });
}
