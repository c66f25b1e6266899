import * as tf from '@tensorflow/tfjs-core';

/** What keeps small gradients above the smallest float16: the loss is multiplied by `scale` before the way back, its gradients are divided by it. */
export interface LossScale {
  /** A power of two, scalar float32: multiplying and dividing by it is exact. */
  readonly scale: tf.Scalar;
  /** Steps with finite gradients since the scale last changed, scalar int32. */
  readonly goodSteps: tf.Scalar;
}

const FIRST = 2 ** 16;
const MOST = 2 ** 24;
/** Steps after which a larger scale is tried. */
export const GROWTH_STEPS = 2000;

export const initialLossScale = (): LossScale => ({ scale: tf.scalar(FIRST), goodSteps: tf.scalar(0, 'int32') });

/**
 * The scale after a step: half after an overflow, double after `GROWTH_STEPS` without one, within [1, 2^24].
 *
 * @param finite Whether every gradient was finite, bool scalar.
 * @see Micikevicius et al. 2018, Mixed Precision Training, arXiv:1710.03740, section 3.2
 */
export function nextLossScale({ scale, goodSteps }: LossScale, finite: tf.Scalar): LossScale {
  return tf.tidy(() => {
    const good = tf.add(goodSteps, tf.scalar(1, 'int32'));
    const grows = tf.greaterEqual(good, tf.scalar(GROWTH_STEPS, 'int32'));
    const none = tf.scalar(0, 'int32');
    const grown = tf.where(grows, tf.minimum(tf.mul(scale, 2), MOST), scale);
    return {
      scale: tf.where(finite, grown, tf.maximum(tf.mul(scale, 0.5), 1)) as tf.Scalar,
      goodSteps: tf.where(finite, tf.where(grows, none, good), none) as tf.Scalar,
    };
  });
}

/** True where a smaller scale may help: the loss itself is finite, its gradients are not, and the scale is not the least. Bool scalar. */
export const mayBeOverflow = ({ scale }: LossScale, lossIsFinite: tf.Tensor, gradientsAreFinite: tf.Tensor): tf.Tensor =>
  tf.logicalAnd(tf.logicalAnd(lossIsFinite, tf.logicalNot(gradientsAreFinite)), tf.greater(scale, 1));
