import type { SampleRng } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Normal numbers of each sample, mean 0, deviation 1: two for each two uniform ones (Box and Muller 1958).
 *
 * @returns [B, M, D]; the caller disposes it.
 */
export const sampleNormals = (rng: SampleRng, count: number, width: number): tf.Tensor3D =>
  tf.tidy(() => {
    const half = Math.ceil(width / 2);
    const [length, angle] = tf.unstack(rng.uniform([2, count, half]), 1) as [tf.Tensor3D, tf.Tensor3D];
    const radius = tf.sqrt(tf.mul(-2, tf.log(tf.sub(1, length)))); // 1 - [0, 1) is never 0
    const turn = tf.mul(angle, 2 * Math.PI);
    const pairs = tf.concat([tf.mul(radius, tf.cos(turn)), tf.mul(radius, tf.sin(turn))], 2);
    return tf.slice(pairs, [0, 0, 0], [-1, -1, width]) as tf.Tensor3D;
  });
