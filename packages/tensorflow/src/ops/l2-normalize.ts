import * as tf from '@tensorflow/tfjs-core';
import type { Save } from './with-gradient.js';

/**
 * x / |x| along an axis. The squared length is taken as at least `epsilon`, so a zero vector stays zero.
 *
 * @param x float32. @param options axis: default the last; epsilon: default 1e-12, of the squared length.
 * @returns Shape of x; gradient (dy - y (y . dy)) / |x|, without the second term below epsilon.
 */
export const l2Normalize = <T extends tf.Tensor>(
  x: T,
  { axis = -1, epsilon = 1e-12 }: { axis?: number; epsilon?: number } = {},
): T =>
  tf.tidy(() =>
    tf.customGrad((input, save) => {
      const from = input as tf.Tensor;
      const squared = tf.sum(tf.square(from), axis, true);
      const inverse = tf.rsqrt(tf.maximum(squared, epsilon));
      const value = tf.mul(from, inverse);
      const free = tf.cast(tf.greater(squared, epsilon), 'float32');
      (save as Save)([value, inverse, free]);
      return { value, gradFunc: (dy, [y, scale, isFree]) => normalizeGradient(dy, y!, scale!, isFree!, axis) };
    })(x),
  ) as T;

const normalizeGradient = (dy: tf.Tensor, y: tf.Tensor, inverse: tf.Tensor, free: tf.Tensor, axis: number): tf.Tensor =>
  tf.mul(inverse, tf.sub(dy, tf.mul(y, tf.mul(free, tf.sum(tf.mul(y, dy), axis, true)))));
