import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { isOneDimensional, updateEach, type Stepped, type Updated } from '../shared/update-each.js';
import type { AdamwConfig } from './config.js';

/**
 * One step of Adam with decoupled weight decay: w = w (1 - rate decay); m = beta1 m + (1 - beta1) grad; v = beta2 v + (1 - beta2) grad^2;
 * w = w - rate m' / (sqrt(v') + epsilon), with m' = m / (1 - beta1^t), v' = v / (1 - beta2^t), t = step + 1.
 *
 * @param slots `{ mean, square }` by parameter name. @param rate Learning rate of this step, float32 scalar.
 * @param step Steps done before, int32 scalar; may be symbolic.
 * @returns New parameters and slots, which the caller disposes; the given ones are left untouched.
 * @throws MOCHI_GRADIENT_MISSING, MOCHI_SLOT_MISSING
 * @see Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, arXiv:1711.05101, algorithm 2, in PyTorch's form
 */
export function adamwUpdate(
  params: Tensors,
  gradients: Tensors,
  slots: Record<string, Tensors>,
  rate: tf.Scalar,
  step: tf.Scalar,
  options: Omit<AdamwConfig, 'rate'>,
): Updated {
  const { beta1, beta2, epsilon, weightDecay, excludeBias } = options;
  return tf.tidy(() => {
    const t = tf.add<tf.Scalar>(tf.cast(step, 'float32'), 1);
    const stepSize = tf.div<tf.Scalar>(rate, unbias(beta1, t));
    const root = tf.sqrt<tf.Scalar>(unbias(beta2, t));
    const keep = tf.sub<tf.Scalar>(1, tf.mul(rate, weightDecay));
    return updateEach('adamw', params, gradients, slots, ({ value, gradient, slot }): Stepped => {
      const mean = mix(slot('mean'), gradient, beta1);
      const square = mix(slot('square'), tf.square(gradient), beta2);
      const divisor = tf.add(tf.div(tf.sqrt(square), root), epsilon);
      const decays = weightDecay > 0 && !(excludeBias && isOneDimensional(value));
      const decayed = decays ? tf.mul(value, keep) : value;
      return { value: tf.sub(decayed, tf.mul(stepSize, tf.div(mean, divisor))), slots: { mean, square } };
    });
  });
}

const mix = (average: tf.Tensor, next: tf.Tensor, beta: number): tf.Tensor =>
  tf.add(tf.mul(average, beta), tf.mul(next, 1 - beta));

/** 1 - beta^t, through expm1: in float32, 1 - 0.999 has four digits left. At beta 0 it is 1. */
const unbias = (beta: number, t: tf.Scalar): tf.Scalar =>
  beta === 0 ? tf.onesLike(t) : tf.neg<tf.Scalar>(tf.expm1(tf.mul(t, Math.log(beta))));
