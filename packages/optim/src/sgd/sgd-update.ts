import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { isOneDimensional, updateEach, type Stepped, type Updated } from '../shared/update-each.js';
import type { SgdConfig } from './config.js';

/**
 * One step of stochastic gradient descent in PyTorch's form: g = grad + decay w; v = momentum v + g (no dampening); w = w - rate v, or with
 * Nesterov w - rate (g + momentum v).
 *
 * @param slots `{ momentum }` by parameter name; none where momentum is 0. @param rate Learning rate of this step, float32 scalar.
 * @returns New parameters and slots, which the caller disposes; the given ones are left untouched.
 * @throws MOCHI_GRADIENT_MISSING, MOCHI_SLOT_MISSING
 * @see Sutskever et al. 2013, On the importance of initialization and momentum; PyTorch's torch.optim.SGD for the order of operations
 */
export function sgdUpdate(
  params: Tensors,
  gradients: Tensors,
  slots: Record<string, Tensors>,
  rate: tf.Scalar,
  options: Pick<SgdConfig, 'momentum' | 'weightDecay' | 'nesterov' | 'excludeBias'>,
): Updated {
  const { momentum, weightDecay, nesterov, excludeBias } = options;
  return updateEach('sgd', params, gradients, slots, ({ value, gradient, slot }): Stepped => {
    const decay = excludeBias && isOneDimensional(value) ? 0 : weightDecay;
    const g = decay === 0 ? gradient : tf.add(gradient, tf.mul(value, decay));
    if (momentum === 0) return { value: tf.sub(value, tf.mul(g, rate)), slots: {} };
    const velocity = tf.add(tf.mul(slot('momentum'), momentum), g);
    const direction = nesterov ? tf.add(g, tf.mul(velocity, momentum)) : velocity;
    return { value: tf.sub(value, tf.mul(direction, rate)), slots: { momentum: velocity } };
  });
}
