import { compile, resizeBoxes, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { applySteps } from './apply-step.js';
import { augmentationOf, evalTransform } from './augmentation.js';
import { toGrid, toPlanes, type Planes } from './planes.js';
import type { Step } from './recipe.js';
import { mocoV2Config } from './recipes/moco-v2/config.js';
import { mocoV2Recipe } from './recipes/moco-v2/recipe.js';

await startTensorFlow();

const SIZE = 16;
const options = mocoV2Config.parse({ size: SIZE });
const augmentation = augmentationOf(mocoV2Recipe(options), options);
const { draws } = augmentation.views[0]!;
const uniform = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, 0, 1, 'float32', seed);
const images = (count: number, side = SIZE): tf.Tensor4D =>
  tf.tidy(() => tf.floor(tf.mul(uniform([count, side, side, 3], 5), 256)) as tf.Tensor4D);

test('moco-v2 has the views query, key and eval', () => {
  expect(augmentation.views).toEqual([
    { name: 'query', size: SIZE, draws: 35, recipe: 'moco-v2' },
    { name: 'key', size: SIZE, draws: 35, recipe: 'moco-v2' },
    { name: 'eval', size: SIZE, draws: 0, sees: 'image' },
  ]);
  expect(() => augmentation.apply(images(1), uniform([1, 35], 1) as tf.Tensor2D, 'quiry')).toThrow('MOCHI_UNKNOWN_VIEW');
});

test('equal draws give equal pixels, other draws give others', () => {
  const x = images(3);
  const u = uniform([3, draws], 1) as tf.Tensor2D;
  const first = augmentation.apply(x, u, 'query');
  expect(augmentation.apply(x, u, 'key')).toBeAllClose(first, { rtol: 0, atol: 0 });
  const other = augmentation.apply(x, uniform([3, draws], 2) as tf.Tensor2D, 'query');
  expect(tf.max(tf.abs(tf.sub(other, first))).dataSync()[0]).toBeGreaterThan(0.5);
});

test('an image is augmented the same in any batch', () => {
  const x = images(4);
  const u = uniform([4, draws], 1) as tf.Tensor2D;
  const whole = augmentation.apply(x, u, 'query');
  const alone = augmentation.apply(tf.slice(x, 2, 1), tf.slice(u, 2, 1), 'query');
  expect(alone).toBeAllClose(tf.slice(whole, 2, 1), { rtol: 1e-6, atol: 1e-6 });
});

test('compiled, the recipe does what it does eagerly', () => {
  const views = (image: tf.Tensor4D, u: tf.Tensor2D): tf.Tensor4D =>
    tf.tidy(() => {
      const sizes = tf.tile(tf.tensor2d([[40, 40]]), [6, 1]) as tf.Tensor2D;
      const boxes = augmentation.crop(sizes, u, 'query');
      return augmentation.apply(toGrid(resizeBoxes(tf.tile(image, [6, 1, 1, 1]), sizes, boxes, SIZE)), u, 'query');
    });
  const image = images(1, 40);
  const u = uniform([6, draws], 3) as tf.Tensor2D;
  for (const xla of [false, true]) {
    const whole = compile(views, { name: 'recipe', xla });
    // A step of the uint8 grid is 0.017 after normalisation; a fused product may round to the other side in a few pixels.
    const apart = tf.abs(tf.sub(whole(image, u), views(image, u)));
    expect(tf.mean(apart).dataSync()[0]).toBeLessThan(1e-3);
    expect(tf.max(apart).dataSync()[0]).toBeLessThan(0.1);
    whole.dispose();
  }
});

test('nothing leaks', () =>
  leakFree([images(2), uniform([2, draws], 1) as tf.Tensor2D], (x, u) => augmentation.apply(x, u, 'query')));

test('eval is the image, normalised', () => {
  const x = images(2);
  const plain = evalTransform(SIZE, { mean: [0.5, 0.25, 0], std: [0.5, 1, 2] });
  const want = tf.div(tf.sub(tf.div(x, 255), [0.5, 0.25, 0]), [0.5, 1, 2]);
  expect(plain.apply(x, tf.zeros([2, 0]), 'eval')).toBeAllClose(want, { atol: 1e-5 });
  const sizes = tf.tensor2d([[SIZE, SIZE]]);
  expect(augmentation.crop(sizes, tf.zeros([1, 0]), 'eval')).toBeAllClose([[0, 0, SIZE, SIZE]], { rtol: 0, atol: 0 });
});

/** Share of images that a step changes. */
function changed(step: Step, count: number, width: number): number {
  return tf.tidy(() => {
    const planes = toPlanes(tf.tile(images(1, 8), [count, 1, 1, 1])) as Planes;
    const after = applySteps(planes, uniform([count, width], 11) as tf.Tensor2D, [step]);
    const differs = tf.any(tf.notEqual(after, planes) as tf.Tensor, [0, 2, 3]);
    return tf.mean(tf.cast(differs, 'float32')).dataSync()[0]!;
  });
}

test.each<{ step: Step; width: number }>([
  { step: { op: 'color-jitter', brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, p: 0.8 }, width: 9 },
  { step: { op: 'grayscale', p: 0.2 }, width: 1 },
  { step: { op: 'gaussian-blur', sigma: [0.5, 2], p: 0.5 }, width: 2 },
  { step: { op: 'solarize', threshold: 128, p: 0.3 }, width: 1 },
  { step: { op: 'horizontal-flip', p: 0.5 }, width: 1 },
])('$step.op happens to a share of $step.p of the images', ({ step, width }) => {
  // 2,000 images: a deviation of 0.05 is 4.5 standard deviations at p = 0.5
  expect(Math.abs(changed(step, 2000, width) - step.p)).toBeLessThan(0.05);
});

test('steps of probability 0 are left out', () => {
  const plain = mocoV2Recipe(mocoV2Config.parse({ blur: { p: 0 }, grayscale: { p: 0 } }));
  expect(plain.steps.map(({ op }) => op)).toEqual(['color-jitter', 'horizontal-flip']);
});

test.each([
  { name: 'a misspelt option', config: { sise: 32 } },
  { name: 'a scale upside down', config: { scale: [1, 0.2] } },
  { name: 'a probability above 1', config: { flip: { p: 1.5 } } },
  { name: 'a view called eval', config: { views: ['eval'] } },
])('refused: $name', ({ config }) => expect(mocoV2Config.safeParse(config).success).toBe(false));

test.each([false, true])(
  'a large image alone, where only what it is chosen for is computed, is as in a batch (XLA: %s)',
  (xla) => {
    const large = augmentationOf(mocoV2Recipe(mocoV2Config.parse({ size: 80 })), { size: 80 });
    const x = images(12, 80);
    const u = uniform([12, draws], 21) as tf.Tensor2D;
    const batch = large.apply(x, u, 'query');
    const one = compile((image: tf.Tensor4D, own: tf.Tensor2D) => large.apply(image, own, 'query'), { name: 'one', xla });
    for (let at = 0; at < 12; at++) {
      const apart = tf.abs(tf.sub(one(tf.slice(x, at, 1), tf.slice(u, at, 1)), tf.slice(batch, at, 1)));
      expect(tf.mean(apart).dataSync()[0]).toBeLessThan(1e-3);
      expect(tf.max(apart).dataSync()[0]).toBeLessThan(0.2);
    }
    expect(one.traces).toBe(1);
    one.dispose();
  },
);
