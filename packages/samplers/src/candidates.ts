import * as tf from '@tensorflow/tfjs-core';

/** How many rows of each query may be drawn: the finite entries of its mask [B, K]. @returns [B, 1], float32. */
export const candidatesOf = (mask: tf.Tensor2D): tf.Tensor2D =>
  tf.tidy(() => tf.sum<tf.Tensor2D>(tf.cast(tf.greater(mask, -Infinity), 'float32'), 1, true));
