import type { EncoderWeights, Rng, Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { convNormsOf, type Architecture, type ConvNorm, type Linear } from './architecture.js';

/**
 * New weights, drawn as torchvision draws them: kernels normal with standard deviation sqrt(2 / fan_out) (He et al. 2015, arXiv:1502.01852), norms
 * 1 and 0, linear layers uniform in +-1/sqrt(inputs), statistics 0 and 1. Each tensor has a stream of its own: adding a layer changes no other.
 *
 * @returns New tensors, which the caller disposes. Names in the order of torchvision's state_dict.
 */
export function initWeights(architecture: Architecture, rng: Rng, zeroInitResidual: boolean): EncoderWeights {
  const lastNorms = new Set(architecture.blocks.map(({ convs }) => convs.at(-1)!.norm));
  return tf.tidy(() => {
    const params: Tensors = {};
    const stats: Tensors = {};
    for (const layer of convNormsOf(architecture)) {
      params[`${layer.conv}.weight`] = kernel(layer, rng);
      params[`${layer.norm}.weight`] = tf.fill([layer.output], zeroInitResidual && lastNorms.has(layer.norm) ? 0 : 1);
      params[`${layer.norm}.bias`] = tf.zeros([layer.output]);
      if (layer.groups !== undefined) continue; // a group norm has no statistics
      stats[`${layer.norm}.running_mean`] = tf.zeros([layer.output]);
      stats[`${layer.norm}.running_var`] = tf.ones([layer.output]);
    }
    for (const layer of architecture.head) Object.assign(params, linear(layer, rng));
    return { params, stats };
  });
}

function kernel({ conv, size, input, output }: ConvNorm, rng: Rng): tf.Tensor {
  return rng.fork(`${conv}.weight`).normal([size, size, input, output], 0, Math.sqrt(2 / (size * size * output)));
}

function linear({ name, input, output }: Linear, rng: Rng): Tensors {
  const bound = 1 / Math.sqrt(input);
  return {
    [`${name}.weight`]: rng.fork(`${name}.weight`).uniform([input, output], -bound, bound),
    [`${name}.bias`]: rng.fork(`${name}.bias`).uniform([output], -bound, bound),
  };
}
