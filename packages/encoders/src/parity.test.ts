import type { Tensors } from '@mochi/contract';
import { referenceCase, referenceJson, type ReferenceCase } from '@mochi/testing';
import { disposeTree, startTensorFlow, valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { formulaWeights } from '../test/formula-weights.js';
import { fromTorchvision, resnet, toTorchvision } from './index.js';

await startTensorFlow();

/** ||got - want|| / ||want||. NaN where got has one, which fails every comparison. */
function distance(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let [apart, size] = [0, 0];
  for (let at = 0; at < want.length; at++) {
    apart += (got[at]! - want[at]!) ** 2;
    size += want[at]! ** 2;
  }
  return Math.sqrt(apart / size);
}

const imagesOf = (reference: ReferenceCase) =>
  tf.tidy(() => tf.transpose(reference.tensor<tf.Tensor4D>('images_nchw'), [0, 2, 3, 1])) as tf.Tensor4D;

// Gradients of the larger two: float32 flips relu and max-pool ties, PyTorch's own float32 too.
const cases = [
  { name: 'resnet18-cifar', arch: 'resnet18', stem: 'cifar', gradients: 1e-3 },
  { name: 'resnet18', arch: 'resnet18', stem: 'imagenet', gradients: 5e-2 },
  { name: 'resnet50', arch: 'resnet50', stem: 'imagenet', gradients: 5e-2 },
] as const;

describe.each(cases)('$name against torchvision', ({ name, arch, stem, gradients: tolerance }) => {
  const reference = referenceCase(name, import.meta.url);
  const encoder = resnet(arch, { stem, head: { kind: 'linear', dim: 10 } });

  test('has its names in its order', () => {
    expect(Object.keys(encoder.shapes)).toEqual(referenceJson<string[]>(`${name}.names`, import.meta.url));
  });

  test('gives its outputs, gradients and running statistics', () => {
    const state = formulaWeights(encoder);
    const weights = fromTorchvision(state, encoder);
    const images = imagesOf(reference);

    const evaluated = encoder.apply(weights, images, 'eval');
    expect(distance(evaluated.head.dataSync(), reference.values('eval_output'))).toBeLessThan(1e-3);

    const { gradients, aux } = valueAndGrads((params: Tensors) => {
      const { head, stats } = encoder.apply({ params, stats: weights.stats }, images, 'train');
      return { loss: tf.mean(tf.square(head)) as tf.Scalar, aux: { head, stats } };
    }, weights.params);
    const { head, stats } = aux as unknown as { head: tf.Tensor2D; stats: Tensors };
    expect(distance(head.dataSync(), reference.values('train_output'))).toBeLessThan(1e-3);
    expect(distance(stats['layer1.0.bn1.running_mean']!.dataSync(), reference.values('running_mean_after'))).toBeLessThan(1e-3);
    expect(distance(stats['layer1.0.bn1.running_var']!.dataSync(), reference.values('running_var_after'))).toBeLessThan(1e-3);

    const turned = toTorchvision({ params: gradients, stats: {} });
    expect(distance(turned['conv1.weight']!.dataSync(), reference.values('grad_conv1'))).toBeLessThan(tolerance);
    expect(distance(turned['layer4.0.bn1.weight']!.dataSync(), reference.values('grad_layer4_norm'))).toBeLessThan(tolerance);
    disposeTree([
      state,
      weights.params,
      weights.stats,
      images,
      gradients,
      turned,
      head,
      stats,
      evaluated.head,
      evaluated.backbone,
    ] as never);
  });
});
