import * as tf from '@tensorflow/tfjs-core';
import { overPlanes, type PerImage, type Planes } from '../planes.js';

/** A rectangle of each image, pixels, [B] each: what of it lies outside is cut off. */
export interface Hole {
  readonly top: PerImage;
  readonly left: PerImage;
  readonly height: PerImage;
  readonly width: PerImage;
}

/** torchvision's erase: a rectangle of each image gets one colour. @param fill Red, green and blue, 0..255. */
export function cutout(planes: Planes, { top, left, height, width }: Hole, fill: readonly number[]): Planes {
  const [, , high, wide] = planes.shape;
  return tf.tidy(() => {
    const within = (side: number, shape: number[], from: PerImage, length: PerImage): tf.Tensor => {
      const at = tf.reshape(tf.range(0, side), shape);
      return tf.logicalAnd(tf.greaterEqual(at, overPlanes(from)), tf.less(at, tf.add(overPlanes(from), overPlanes(length))));
    };
    const hole = tf.logicalAnd(within(high, [1, high, 1], top, height), within(wide, [1, 1, wide], left, width));
    return tf.where(hole, tf.tensor4d([...fill], [3, 1, 1, 1]), planes) as Planes;
  });
}
