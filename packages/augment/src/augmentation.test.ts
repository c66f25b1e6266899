import { compile, resizeBoxes, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { applyOperations } from './apply-operations.js';
import { augmentationOf, evalTransform } from './augmentation.js';
import { builtInOperations } from './built-in-operations.js';
import { placeOperations } from './place-operations.js';
import { toGrid, toPlanes, type Planes } from './planes.js';
import type { Entry } from './recipe.js';
import { recipeOf } from './recipes/recipe-of.js';
import { mocoV2 } from './recipes/recipes.js';

await startTensorFlow();

const SIZE = 16;
const augmentation = augmentationOf(recipeOf(mocoV2, { size: SIZE }));
const { draws } = augmentation.views[0]!;
const uniform = (shape: number[], seed: number): tf.Tensor => tf.randomUniform(shape, 0, 1, 'float32', seed);
const images = (count: number, side = SIZE): tf.Tensor4D =>
  tf.tidy(() => tf.floor(tf.mul(uniform([count, side, side, 3], 5), 256)) as tf.Tensor4D);

test('moco-v2 has the views query, key and eval', () => {
  const streams = [
    { name: 'random-resized-crop', count: 22 },
    { name: 'color-jitter', count: 9 },
    { name: 'grayscale', count: 1 },
    { name: 'gaussian-blur', count: 2 },
    { name: 'horizontal-flip', count: 1 },
  ];
  expect(augmentation.views).toEqual([
    { name: 'query', size: SIZE, draws: 35, streams, recipe: 'moco-v2/query' },
    { name: 'key', size: SIZE, draws: 35, streams, recipe: 'moco-v2/query' },
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

/** Share of images that an operation changes. */
function changed(entry: Entry, count: number): number {
  return tf.tidy(() => {
    const side = entry.op === 'equalize' ? 17 : 8; // of fewer than 255 pixels nothing is equalized
    const planes = toPlanes(tf.tile(images(1, side), [count, 1, 1, 1])) as Planes;
    const placed = placeOperations([entry], new Map(builtInOperations.map((op) => [op.name, op])));
    const after = applyOperations(planes, uniform([count, placed[0]!.stream.count], 11) as tf.Tensor2D, placed);
    const differs = tf.any(tf.notEqual(after, planes) as tf.Tensor, [0, 2, 3]);
    return tf.mean(tf.cast(differs, 'float32')).dataSync()[0]!;
  });
}

test.each(builtInOperations.map(({ name }, at) => ({ op: name, p: 0.2 + 0.05 * at })))(
  '$op happens to a share of $p of the images',
  ({ op, p }) => {
    const options = { 'gaussian-blur': { sigma: [0.5, 2] }, cutout: { side: 4 }, 'rand-augment': { count: 8 } }[op] ?? {};
    // 2,000 images: a deviation of 0.05 is 4.5 standard deviations at p = 0.5. One crop in 81 is no shift; a step of rand-augment may do nothing.
    expect(Math.abs(changed({ op, p, ...options }, 2000) - p)).toBeLessThan(0.05);
  },
);

test.each([false, true])(
  'a large image alone, where only what it is chosen for is computed, is as in a batch (XLA: %s)',
  (xla) => {
    const large = augmentationOf(recipeOf(mocoV2, { size: 80 }));
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
