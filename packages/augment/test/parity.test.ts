import { resizeBox, resizeBoxes, startTensorFlow } from '@mochi/tensorflow';
import { referenceCase } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { difference, onImage, pair } from './difference.js';
import {
  brightness,
  contrast,
  gaussianBlur,
  grayscale,
  horizontalFlip,
  hue,
  saturation,
  solarize,
  toGrid,
  type Planes,
} from '../src/index.js';

await startTensorFlow();

const CASES: { name: string; op: (planes: Planes) => Planes; mean: number; max: number; scale?: number }[] = [
  { name: 'brightness_1_3', op: (x) => brightness(x, pair(1.3, 0.5)), mean: 1, max: 3 },
  { name: 'contrast_0_7', op: (x) => contrast(x, pair(0.7, 1.5)), mean: 1, max: 3 },
  { name: 'saturation_1_4', op: (x) => saturation(x, pair(1.4, 0.2)), mean: 1, max: 3 },
  { name: 'hue_0_08', op: (x) => hue(x, pair(0.08, -0.3)), mean: 2, max: Infinity },
  { name: 'hue_minus_0_1', op: (x) => hue(x, pair(-0.1, 0.3)), mean: 2, max: Infinity },
  { name: 'grayscale', op: grayscale, mean: 1, max: 3 },
  { name: 'hflip', op: horizontalFlip, mean: 0, max: 0 },
  { name: 'solarize_128', op: (x) => solarize(x, 128), mean: 0, max: 0 },
  { name: 'blur_sigma_1_kernel_7', op: (x) => gaussianBlur(x, pair(1, 0.3)), mean: 1, max: 3, scale: 255 },
];

describe.each(['augment-0', 'augment-1', 'augment-2', 'augment-3'])('%s', (name) => {
  const reference = referenceCase(name, import.meta.url);

  test.each(CASES)('$name as torchvision has it', ({ name: expected, op, mean, max, scale = 1 }) => {
    const got = onImage(reference, op);
    const apart = difference(
      got,
      Float64Array.from(reference.values(expected) as ArrayLike<number>, (value) => value * scale),
    );
    expect(apart.mean).toBeLessThanOrEqual(mean);
    expect(apart.max).toBeLessThanOrEqual(max);
    got.dispose();
  });

  test('crop_resized_24 as torchvision has it, by itself and as in a batch', () => {
    const box = tf.cast(reference.tensor<tf.Tensor1D>('crop_box_top_left_h_w'), 'float32');
    const image = tf.cast(reference.tensor<tf.Tensor3D>('image'), 'float32');
    const size = tf.tensor2d([image.shape.slice(0, 2)]);
    // In the batch it lies beside another image, in a canvas that is larger.
    const canvas = tf.pad(image, [[0, 3], [0, 5], [0, 0]]); // prettier-ignore
    const batch = tf.stack([tf.zerosLike(canvas), canvas]) as tf.Tensor4D;
    const both = tf.stack([tf.tensor1d([0, 0, 5, 5]), box]) as tf.Tensor2D;
    const views = resizeBoxes(batch, tf.tile(size, [2, 1]), both, 24);
    for (const view of [resizeBox(image, box, 24), tf.slice(views, 1, 1)]) {
      const apart = difference(toGrid(view), reference.values('crop_resized_24') as ArrayLike<number>);
      expect(apart.mean).toBeLessThanOrEqual(1);
      expect(apart.max).toBeLessThanOrEqual(3);
    }
  });
});
