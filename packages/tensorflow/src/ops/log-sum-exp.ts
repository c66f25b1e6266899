import * as tf from '@tensorflow/tfjs-core';
import type { Save } from './with-gradient.js';

/**
 * log(sum(exp(x))) along axes, without overflow. -Infinity entries count as absent; where all are, the result is -Infinity and the
 * gradient 0.
 *
 * @param x float32. @param axis One or more axes, negative ones from the end. Default: the last. @param keepDims Keeps them with side 1.
 * @returns Nats; the gradient is softmax(x).
 */
export function logSumExp<T extends tf.Tensor = tf.Tensor>(x: tf.Tensor, axis: number | number[] = -1, keepDims = false): T {
  const axes = (Array.isArray(axis) ? axis : [axis]).map((a) => (a < 0 ? a + x.rank : a));
  return tf.tidy(() => {
    const kept = tf.customGrad((input, save) => {
      const from = input as tf.Tensor;
      const shift = finiteOrZero(tf.max(from, axes, true));
      const total = tf.sum(tf.exp(tf.sub(from, shift)), axes, true);
      (save as Save)([from, shift, total]);
      // A total is at least 1, the largest entry's share, or 0 where every entry is absent.
      const gradFunc = (dy: tf.Tensor, [input, by, sum]: tf.Tensor[]) =>
        tf.mul(dy, tf.div(tf.exp(tf.sub(input!, by!)), tf.maximum(sum!, 1)));
      return { value: tf.add(shift, tf.log(total)), gradFunc };
    })(x);
    return (keepDims ? kept : tf.squeeze(kept, axes)) as T;
  });
}

/** -Infinity - -Infinity is NaN; with any finite shift exp(-Infinity - shift) is 0, as it should be. */
const finiteOrZero = (x: tf.Tensor): tf.Tensor => tf.where(tf.isFinite(x), x, tf.zerosLike(x));
