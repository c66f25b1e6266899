import type { Encoder, Tensors } from '@mochi/contract';
import { stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/**
 * An encoder that keeps what its backbone gives while the parameters that are being trained pass through it in training mode: the features of the
 * queries, in the order of the images.
 */
export function recordFeatures(encoder: Encoder, params: Tensors) {
  const seen: tf.Tensor2D[] = [];
  const recording: Encoder = {
    ...encoder,
    name: encoder.name,
    dims: encoder.dims,
    init: (rng) => encoder.init(rng),
    apply: (weights, images, mode) => {
      const out = encoder.apply(weights, images, mode);
      if (mode === 'train' && weights.params === params) seen.push(stopGradient(out.backbone));
      return out;
    },
  };
  const shared = (): Record<string, tf.Tensor> =>
    seen.length === 0 ? {} : { backbone: seen.length === 1 ? seen[0]! : tf.concat(seen) };
  return { encoder: recording, shared };
}
