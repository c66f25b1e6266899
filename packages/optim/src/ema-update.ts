import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { averageMissing } from './errors.js';

/**
 * Moves an average towards the current weights: momentum * average + (1 - momentum) * current, tensor by tensor.
 *
 * @param average Left untouched. @param current At least the names of `average`, same shapes; a constant where a gradient is being taken.
 * @param momentum Share of the average that stays, in [0, 1]: a number, or a float32 scalar that may be symbolic.
 * @returns New tensors, which the caller disposes. At momentum 1 they equal `average` bit for bit.
 * @throws MOCHI_AVERAGE_MISSING where `current` lacks a name of `average`.
 * @see He et al. 2020, Momentum Contrast, arXiv:1911.05722, equation 2
 */
export function emaUpdate(average: Tensors, current: Tensors, momentum: number | tf.Scalar): Tensors {
  return tf.tidy(() => {
    // In float32, 1 - 0.999 is off by 1e-5: a number is subtracted in float64.
    const share = typeof momentum === 'number' ? 1 - momentum : tf.sub(1, momentum);
    const next: Tensors = {};
    for (const [name, old] of Object.entries(average)) {
      const goal = current[name];
      if (!goal) throw averageMissing(name);
      next[name] = tf.add(old, tf.mul(tf.sub(goal, old), share));
    }
    return next;
  });
}
