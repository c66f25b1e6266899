import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { isOneDimensional, updateEach, type Stepped, type Updated } from '../shared/update-each.js';
import type { LarsConfig } from './config.js';

/**
 * One step of layer-wise adaptive rate scaling: g = grad + decay w; g = g trust |w| / |g|; v = momentum v + g; w = w - rate v. Where |w| or |g| is
 * 0 the factor is 1. Parameters of one dimension take plain momentum steps when `excludeBias` is set.
 *
 * @param slots `{ momentum }` by parameter name. @param rate Learning rate of this step, float32 scalar.
 * @returns New parameters and slots, which the caller disposes; the given ones are left untouched.
 * @throws MOCHI_GRADIENT_MISSING, MOCHI_SLOT_MISSING
 * @see You et al. 2017, Large Batch Training of Convolutional Networks, arXiv:1708.03888, algorithm 1. As in the self-supervised recipes, the rate
 *   is applied after momentum, and decay is inside the norm of the denominator.
 */
export function larsUpdate(
  params: Tensors,
  gradients: Tensors,
  slots: Record<string, Tensors>,
  rate: tf.Scalar,
  options: Pick<LarsConfig, 'momentum' | 'weightDecay' | 'trust' | 'excludeBias'>,
): Updated {
  const { momentum, weightDecay, trust, excludeBias } = options;
  return updateEach('lars', params, gradients, slots, ({ value, gradient, slot }): Stepped => {
    const plain = excludeBias && isOneDimensional(value);
    const g = plain ? gradient : scaled(value, tf.add(gradient, tf.mul(value, weightDecay)), trust);
    const velocity = tf.add(tf.mul(slot('momentum'), momentum), g);
    return { value: tf.sub(value, tf.mul(velocity, rate)), slots: { momentum: velocity } };
  });
}

function scaled(value: tf.Tensor, gradient: tf.Tensor, trust: number): tf.Tensor {
  const [weight, slope] = [norm(value), norm(gradient)];
  const both = tf.logicalAnd(tf.greater(weight, 0), tf.greater(slope, 0));
  const divisor = tf.where(both, slope, tf.onesLike(slope)); // no 0 / 0, whatever branch is taken
  return tf.mul(gradient, tf.where(both, tf.div(tf.mul(weight, trust), divisor), tf.onesLike(slope)));
}

const norm = (tensor: tf.Tensor): tf.Tensor => tf.sqrt(tf.sum(tf.square(tensor)));
