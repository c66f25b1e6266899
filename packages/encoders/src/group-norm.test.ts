import { createRng, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { fromTorchvision, resnet, toTorchvision } from './index.js';
import { groupsOf } from './resnet/architecture.js';

await startTensorFlow();

test.each([
  [256, 32],
  [64, 32],
  [32, 16],
  [4, 2],
  [96, 32],
  [80, 20],
  [1, 1],
])('%i channels are in %i groups', (channels, groups) => expect(groupsOf(channels)).toBe(groups));

describe('a ResNet with group norm', () => {
  const options = { stem: 'cifar', width: 8, stages: 2, head: { dim: 4 } } as const;
  const encoder = resnet('resnet18', { ...options, norm: 'group' });
  const weights = encoder.init(createRng(1, 'encoder'));

  test('has the names of the one with batch norm, without statistics', () => {
    const names = Object.keys(resnet('resnet18', options).shapes).filter((name) => !name.includes('running_'));
    expect(Object.keys(encoder.shapes)).toEqual(names);
    expect(weights.stats).toEqual({});
    const again = fromTorchvision(toTorchvision(weights), encoder);
    expect(again.params['layer2.0.conv1.weight']).toBeAllClose(weights.params['layer2.0.conv1.weight']!, { rtol: 0, atol: 0 });
  });

  test('in training too no image sees another', () => {
    const images = createRng(2, 'images').normal([4, 8, 8, 3]) as tf.Tensor4D;
    const all = encoder.apply(weights, images, 'train');
    const one = encoder.apply(weights, tf.slice(images, 2, 1), 'train');
    expect(one.head).toBeAllClose(tf.slice(all.head, 2, 1), { rtol: 1e-4, atol: 1e-5 });
    expect(encoder.apply(weights, images, 'eval').head).toBeAllClose(all.head, { rtol: 1e-6 });
  });
});
