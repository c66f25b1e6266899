import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { CROP_DRAWS, randomCropBox, randomResizedCrop } from './random-resized-crop.js';

await startTensorFlow();

interface Box {
  top: number;
  left: number;
  height: number;
  width: number;
}

const SCALE = [0.2, 1] as const;
const RATIO = [3 / 4, 4 / 3] as const;

function boxOf(height: number, width: number, draws: number[]): Box {
  const read: Partial<Box> = {};
  tf.tidy(() => {
    const size = { height: tf.scalar(height, 'int32'), width: tf.scalar(width, 'int32') };
    const box = randomCropBox(size, tf.tensor1d(draws), { scale: SCALE, ratio: RATIO });
    for (const side of ['top', 'left', 'height', 'width'] as const) read[side] = box[side].dataSync()[0]!;
  });
  return read as Box;
}

/** torchvision's get_params, one try after the other. */
function reference(height: number, width: number, draws: number[]): Box {
  const even = (x: number): number => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
  for (let n = 0; n < 10; n++) {
    const area = height * width * (SCALE[0] + draws[n]! * (SCALE[1] - SCALE[0]));
    const ratio = Math.exp(Math.log(RATIO[0]) + draws[10 + n]! * Math.log(RATIO[1] / RATIO[0]));
    const [h, w] = [even(Math.sqrt(area / ratio)), even(Math.sqrt(area * ratio))];
    if (h > 0 && w > 0 && h <= height && w <= width) {
      return {
        top: Math.floor(draws[20]! * (height - h + 1)),
        left: Math.floor(draws[21]! * (width - w + 1)),
        height: h,
        width: w,
      };
    }
  }
  const ratio = width / height;
  const w = ratio > RATIO[1] ? even(height * RATIO[1]) : width;
  const h = ratio < RATIO[0] ? even(width / RATIO[0]) : height;
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}

const random = (count: number): number[] => Array.from(tf.randomUniform([count], 0, 1, 'float32', count).dataSync());

test.each([
  { name: 'square', height: 32, width: 32 },
  { name: 'wide', height: 60, width: 90 },
  { name: 'tall', height: 333, width: 200 },
  { name: 'a strip, where no try fits', height: 4, width: 400 },
  { name: 'one pixel', height: 1, width: 1 },
])('the box is the one that torchvision takes: $name', ({ height, width }) => {
  const draws = random(CROP_DRAWS * 60);
  for (let n = 0; n < 60; n++) {
    const own = draws.slice(n * CROP_DRAWS, (n + 1) * CROP_DRAWS);
    expect(boxOf(height, width, own)).toEqual(reference(height, width, own));
  }
});

test('boxes keep to the allowed areas, ratios and places, and use all of them', () => {
  const draws = random(CROP_DRAWS * 300);
  const boxes = Array.from({ length: 300 }, (_, n) => boxOf(100, 120, draws.slice(n * CROP_DRAWS, (n + 1) * CROP_DRAWS)));
  const shares = boxes.map(({ height, width }) => (height * width) / 12_000);
  const ratios = boxes.map(({ height, width }) => width / height);
  expect(Math.min(...shares)).toBeGreaterThan(0.19);
  expect(Math.min(...shares)).toBeLessThan(0.25);
  expect(Math.max(...shares)).toBeLessThanOrEqual(1);
  expect(Math.max(...shares)).toBeGreaterThan(0.85);
  expect(Math.min(...ratios)).toBeGreaterThan(0.74);
  expect(Math.max(...ratios)).toBeLessThan(1.35);
  expect(boxes.every(({ top, left, height, width }) => top >= 0 && left >= 0 && top + height <= 100 && left + width <= 120)).toBe(
    true,
  );
  const small = boxes.filter(({ height }) => height < 60);
  expect(Math.min(...small.map(({ top }) => top))).toBeLessThan(10);
  expect(Math.max(...small.map(({ top, height }) => top + height))).toBeGreaterThan(90);
});

test('the view has its size and whole numbers in 0..255', () => {
  const image = tf.floor(tf.mul(tf.randomUniform([40, 30, 3], 0, 1, 'float32', 1), 256)) as tf.Tensor3D;
  const view = randomResizedCrop(image, tf.tensor1d(random(CROP_DRAWS)), 24, { scale: SCALE, ratio: RATIO });
  expect(view).toHaveShape([24, 24, 3]);
  expect(view.dataSync().every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
});
