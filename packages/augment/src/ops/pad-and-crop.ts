import * as tf from '@tensorflow/tfjs-core';
import type { PerImage, Planes } from '../planes.js';

/**
 * Padded on all sides, and a part of the size that it had cut out again: torchvision's crop after its pad.
 *
 * @param top, left Of the part in the padded image, whole pixels, [B], 0..2 * padding. @param mode Black, or the image mirrored at its border.
 */
export function padAndCrop(
  planes: Planes,
  { top, left }: { top: PerImage; left: PerImage },
  padding: number,
  mode: 'constant' | 'reflect' = 'constant',
): Planes {
  const [colours, , height, width] = planes.shape;
  return tf.tidy(() => {
    // A product with a matrix of zeros and ones takes rows or columns, exactly. One matrix per plane: see blurByProducts.
    const perPlane = (offset: PerImage, side: number): tf.Tensor3D =>
      tf.tile(shiftMatrix(tf.sub(offset, padding), side, mode), [colours, 1, 1]);
    const flat = tf.reshape(planes, [-1, height, width]) as tf.Tensor3D;
    const moved = tf.matMul(tf.matMul(perPlane(top, height), flat), perPlane(left, width), false, true);
    return tf.reshape(moved, planes.shape);
  });
}

/** [B, side, side]: row i has a one at the pixel that is seen at i. */
function shiftMatrix(offset: PerImage, side: number, mode: 'constant' | 'reflect'): tf.Tensor3D {
  const from = tf.add(tf.reshape(tf.range(0, side), [1, side, 1]), tf.reshape(offset, [-1, 1, 1]));
  const mirrored = tf.sub(side - 1, tf.abs(tf.sub(side - 1, tf.abs(from))));
  const seen = mode === 'reflect' ? mirrored : from;
  return tf.cast(tf.equal(seen, tf.reshape(tf.range(0, side), [1, 1, side])), 'float32') as tf.Tensor3D;
}
