import * as tf from '@tensorflow/tfjs-core';
import { attr, type Attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { withGradient } from './with-gradient.js';

export interface BatchNormTrain<T extends tf.Tensor = tf.Tensor> {
  /** Normalised, scaled and offset; shape of x. */
  readonly y: T;
  /** Next running mean, [C]. */
  readonly mean: tf.Tensor1D;
  /** Next running variance, [C]. */
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation in training, with PyTorch's semantics: the batch's own statistics normalise (biased variance), and the running
 * statistics move by `momentum` towards them (unbiased variance).
 *
 * @param x [B, h, w, C] or [B, C] float32. @param scale [C]. @param offset [C]. @param runningMean [C]. @param runningVariance [C].
 * @param options momentum: share of the batch in the next running statistics, 0..1, default 0.1, as in PyTorch; epsilon: added to the variance, default 1e-5.
 * @returns y, with gradient to x, scale and offset; the next running statistics, which are constants.
 */
export function batchNormTrain<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  runningMean: tf.Tensor1D,
  runningVariance: tf.Tensor1D,
  { momentum = 0.1, epsilon = 1e-5 }: { momentum?: number; epsilon?: number } = {},
): BatchNormTrain<T> {
  return tf.tidy(() => {
    const image = toImage(x);
    // At a factor of 1 the kernel wants no running statistics: the batch's replace them.
    const running = momentum === 1 ? [tf.tensor1d([]), tf.tensor1d([])] : [runningMean, runningVariance];
    const attrs = [...normAttrs(epsilon, true), attr.float('exponential_avg_factor', momentum)];
    const [y, mean, variance, savedMean, savedVariance, reserve] = execute(
      'FusedBatchNormV3',
      attrs,
      [image, scale, offset, ...running],
      6,
    );
    const normal = withGradient(y!, [image, scale, offset], [image, scale, savedMean!, savedVariance!, reserve!], (dy, saved) =>
      normGradients(dy, saved, epsilon, true),
    );
    return { y: fromImage(normal, x), mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
  });
}

/**
 * Batch normalisation with given statistics: (x - mean) / sqrt(variance + epsilon) * scale + offset.
 *
 * @param x [B, h, w, C] or [B, C] float32. @param scale [C]. @param offset [C]. @param mean [C], a constant. @param variance [C], a constant.
 * @param options epsilon: added to the variance, default 1e-5.
 * @returns Shape of x, with gradient to x, scale and offset.
 */
export function batchNormEval<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  { epsilon = 1e-5 }: { epsilon?: number } = {},
): T {
  return tf.tidy(() => {
    const image = toImage(x);
    const [y] = execute('FusedBatchNormV3', normAttrs(epsilon, false), [image, scale, offset, mean, variance], 6);
    const empty = tf.tensor1d([]);
    const normal = withGradient(y!, [image, scale, offset], [image, scale, mean, variance, empty], (dy, saved) =>
      normGradients(dy, saved, epsilon, false),
    );
    return fromImage(normal, x);
  });
}

const normAttrs = (epsilon: number, training: boolean): Attr[] => [
  attr.type('T', 'float32'),
  attr.type('U', 'float32'),
  attr.float('epsilon', epsilon),
  attr.string('data_format', 'NHWC'),
  attr.bool('is_training', training),
];

/** @param saved x, scale, mean, variance, reserve. @returns Gradients at x, scale, offset. */
const normGradients = (dy: tf.Tensor, saved: tf.Tensor[], epsilon: number, training: boolean): tf.Tensor[] =>
  execute('FusedBatchNormGradV3', normAttrs(epsilon, training), [dy, ...saved], 5).slice(0, 3);

// The fused kernel knows images only. Reshapes stay outside the custom gradient, so that the tape turns them round by itself.
const toImage = (x: tf.Tensor): tf.Tensor => (x.rank === 2 ? tf.reshape(x, [x.shape[0]!, 1, 1, x.shape[1]!]) : x);
const fromImage = <T extends tf.Tensor>(y: tf.Tensor, x: T): T => (x.rank === 2 ? tf.reshape(y, x.shape) : y) as T;
