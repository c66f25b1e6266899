import * as tf from '@tensorflow/tfjs-core';
import type { PerImage, Planes } from '../planes.js';
import { blend } from './blend.js';

/** torchvision's adjust_sharpness: the smoothed image blended with the image. @param factor [B], 0 smooth, 1 the image. */
export const sharpness = (planes: Planes, factor: PerImage): Planes => tf.tidy(() => blend(smooth(planes), planes, factor));

/** PIL's SMOOTH: 3 x 3 pixels with weight 1, the middle with 5, rounded; pixels at the border stay as they are. */
export function smooth(planes: Planes): Planes {
  const [colours, batch, height, width] = planes.shape;
  if (Math.min(height, width) < 3) return tf.clone(planes);
  return tf.tidy(() => {
    const inner = (y: number, x: number): tf.Tensor => tf.slice(planes, [0, 0, y, x], [colours, batch, height - 2, width - 2]);
    const around = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => inner(y, x)));
    const sum = tf.add(tf.addN(around), tf.mul(inner(1, 1), 4));
    const smoothed = tf.floor(tf.add(tf.div(sum, 13), 0.5));
    const frame: [number, number][] = [[0, 0], [0, 0], [1, 1], [1, 1]]; // prettier-ignore
    const isInner = tf.pad(tf.ones([1, 1, height - 2, width - 2]), frame);
    return tf.where(tf.greater(isInner, 0), tf.pad(smoothed, frame), planes) as Planes;
  });
}
