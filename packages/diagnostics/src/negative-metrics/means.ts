import * as tf from '@tensorflow/tfjs-core';

/** A bool or weight tensor as float32. */
export const asFloat = <T extends tf.Tensor>(x: tf.Tensor): T => tf.cast(x, 'float32') as T;

/** Entries of log-weights [B, M] that count: finite ones. @returns 1 or 0, [B, M]. */
export const countedOf = (logWeights: tf.Tensor2D | undefined, shape: readonly [number, number]): tf.Tensor2D =>
  logWeights ? asFloat(tf.greater(logWeights, -Infinity)) : tf.ones([...shape]);

/** A sum of values with the sum of their weights, so that means over several tensors can be taken. */
export interface Weighed {
  readonly sum: tf.Tensor;
  readonly weight: tf.Tensor;
}

/** @param weights 1 or 0, of the shape of x. Where it is 0, x may be anything but NaN and Infinity. */
export const weigh = (x: tf.Tensor, weights: tf.Tensor): Weighed => ({
  sum: tf.sum(tf.mul(x, weights)),
  weight: tf.sum(weights),
});

/** The mean over everything; NaN where nothing counts. */
export const meanOf = (parts: readonly Weighed[]): tf.Scalar =>
  tf.div(tf.addN(parts.map(({ sum }) => sum)), tf.addN(parts.map(({ weight }) => weight)));
