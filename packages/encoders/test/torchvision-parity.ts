import type { Tensors } from '@mochi/contract';
import { fromTorchvision, resnet, toTorchvision } from '@mochi/encoders';
import { referenceCase } from '@mochi/testing';
import { disposeTree, valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { formulaWeights } from './formula-weights.js';

/** The reference networks: torchvision's, with a linear layer of ten classes. */
export const NETWORKS = {
  'resnet18-cifar': resnet('resnet18', { stem: 'cifar', head: { kind: 'linear', dim: 10 } }),
  resnet18: resnet('resnet18', { head: { kind: 'linear', dim: 10 } }),
  resnet50: resnet('resnet50', { head: { kind: 'linear', dim: 10 } }),
} as const;

export type NetworkName = keyof typeof NETWORKS;

/**
 * ||got - want|| / ||want|| of everything that a reference case stores, by its name there.
 *
 * @param scale Factor of the images. A factor a few 2^-20 from 1 changes results by as little, and how every sum is rounded.
 */
export function distancesOf(name: NetworkName, from: string, scale = 1): Record<string, number> {
  const reference = referenceCase(name, from);
  const encoder = NETWORKS[name];
  const state = formulaWeights(encoder);
  const weights = fromTorchvision(state, encoder);
  const images = tf.tidy(() =>
    tf.mul<tf.Tensor4D>(tf.transpose(reference.tensor<tf.Tensor4D>('images_nchw'), [0, 2, 3, 1]), scale),
  );
  const evaluated = encoder.apply(weights, images, 'eval');
  const { loss, gradients, aux } = valueAndGrads((params: Tensors) => {
    const { head, stats } = encoder.apply({ params, stats: weights.stats }, images, 'train');
    return { loss: tf.mean<tf.Scalar>(tf.square(head)), aux: { head, stats } };
  }, weights.params);
  const turned = toTorchvision({ params: gradients, stats: {} });
  const got: Tensors = {
    eval_output: evaluated.head,
    train_output: aux.head,
    running_mean_after: aux.stats['layer1.0.bn1.running_mean']!,
    running_var_after: aux.stats['layer1.0.bn1.running_var']!,
    grad_conv1: turned['conv1.weight']!,
    grad_layer4_norm: turned['layer4.0.bn1.weight']!,
  };
  const distances = Object.entries(got).map(
    ([key, tensor]) => [key, distance(tensor.dataSync(), reference.values(key))] as const,
  );
  const { backbone, head } = evaluated;
  disposeTree([state, weights.params, weights.stats, images, { backbone, head }, loss, gradients, aux, turned]);
  return Object.fromEntries(distances);
}

/** NaN where `got` has one, which fails every comparison. */
function distance(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) throw new Error(`got ${got.length} elements, want ${want.length}`);
  let [apart, size] = [0, 0];
  for (let at = 0; at < want.length; at++) {
    apart += (got[at]! - want[at]!) ** 2;
    size += want[at]! ** 2;
  }
  return Math.sqrt(apart / size);
}
