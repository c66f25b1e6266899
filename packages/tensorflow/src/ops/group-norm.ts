import * as tf from '@tensorflow/tfjs-core';
import { opArgument } from './errors.js';

/**
 * Group normalisation: the channels of each image in equal parts, neighbours together, each normalised over its pixels and channels by the biased
 * variance. No image sees another, and training and evaluation are the same.
 *
 * @param x [B, h, w, C] float32. @param scale [C]. @param offset [C]. @param groups A divisor of C.
 * @returns Shape of x, with gradient to x, scale and offset. @throws MOCHI_OP_ARGUMENT
 * @see Wu and He 2018, Group Normalization, arXiv:1803.08494
 */
export function groupNorm(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  groups: number,
  { epsilon = 1e-5 }: { epsilon?: number } = {},
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
    throw opArgument('groupNorm', `groups is ${groups} and x has ${channels} channels`, 'A divisor of the channels.');
  return tf.tidy(() => {
    const apart = tf.reshape(x, [batch, height * width, groups, channels / groups]);
    const centred = tf.sub(apart, tf.mean(apart, [1, 3], true));
    const variance = tf.mean(tf.square(centred), [1, 3], true);
    const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add<tf.Tensor4D>(tf.mul(tf.reshape(normal, x.shape), scale), offset);
  });
}
