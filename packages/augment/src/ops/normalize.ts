import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';

/** A number for red, green and blue. */
export type Rgb = readonly [number, number, number];

/** ImageNet's statistics, in parts of 255. */
export const IMAGENET_MEAN: Rgb = [0.485, 0.456, 0.406];
export const IMAGENET_STD: Rgb = [0.229, 0.224, 0.225];

/** (planes / 255 - mean) / std, colour by colour. @param mean, std In parts of 255, std above 0. */
export function normalize(planes: Planes, mean: Rgb, std: Rgb): Planes {
  return tf.tidy(() => {
    const byColour = (values: number[]): tf.Tensor4D => tf.tensor4d(values, [3, 1, 1, 1]);
    const scaled = tf.mul(planes, byColour(std.map((s) => 1 / (255 * s))));
    return tf.sub(scaled, byColour(mean.map((m, at) => m / std[at]!)));
  });
}
