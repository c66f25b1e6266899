import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';

/**
 * PIL's conversion to L: (19595 R + 38470 G + 7471 B + 32768) >> 16. Exact in float32, as every sum is a whole number below 2^24.
 *
 * @returns [1, B, height, width].
 */
export function luma(planes: Planes): Planes {
  return tf.tidy(() => {
    const [r, g, b] = tf.split(planes, 3, 0) as [Planes, Planes, Planes];
    const sum = tf.add(tf.add(tf.mul(r, 19595), tf.mul(g, 38470)), tf.add(tf.mul(b, 7471), 32768));
    return tf.floor(tf.mul(sum, 2 ** -16)) as Planes;
  });
}

/** The mean of L of each image, rounded, as PIL's contrast has it. @param gray [1, B, height, width]. @returns [B, 1, 1]. */
export const meanLuma = (gray: Planes): tf.Tensor3D =>
  tf.tidy(() => tf.floor(tf.add(tf.mean(tf.squeeze(gray, [0]), [1, 2], true), 0.5)) as tf.Tensor3D);
