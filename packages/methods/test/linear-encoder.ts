import type { Encoder } from '@mochi/contract';
import { batchNormTrain } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Flatten, linear, and batch norm where asked for: small enough to work out by hand. */
export const linearEncoder = (options: { dim: number; size: number; normalised: boolean }): Encoder => {
  const { dim, size, normalised } = options;
  return {
    name: 'linear',
    dims: { backbone: dim, head: dim },
    init: (rng) => ({
      params: { weight: rng.normal([size * size * 3, dim]) },
      stats: { mean: tf.zeros([dim]), variance: tf.ones([dim]) },
    }),
    apply({ params, stats }, images, mode) {
      const flat = tf.reshape(images, [images.shape[0], size * size * 3]);
      const out = tf.matMul(flat, params['weight'] as tf.Tensor2D) as tf.Tensor2D;
      if (!normalised || mode === 'eval') return { backbone: out, head: out, stats };
      const [before, spread] = [stats['mean'] as tf.Tensor1D, stats['variance'] as tf.Tensor1D];
      const { y, mean, variance } = batchNormTrain(out, tf.ones([dim]), tf.zeros([dim]), before, spread);
      return { backbone: out, head: y, stats: { mean, variance } };
    },
  };
};
