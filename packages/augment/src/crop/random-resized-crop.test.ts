import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { CROP_DRAWS, randomCropBoxes } from './random-resized-crop.js';

await startTensorFlow();

interface Box {
  top: number;
  left: number;
  height: number;
  width: number;
}

const SCALE = [0.2, 1] as const;
const RATIO = [3 / 4, 4 / 3] as const;

function boxesOf(height: number, width: number, draws: number[]): Box[] {
  return tf.tidy(() => {
    const count = draws.length / CROP_DRAWS;
    const sizes = tf.tile(tf.tensor2d([[height, width]]), [count, 1]) as tf.Tensor2D;
    const boxes = randomCropBoxes(sizes, tf.tensor2d(draws, [count, CROP_DRAWS]), { scale: SCALE, ratio: RATIO });
    return boxes.arraySync().map(([top, left, high, wide]) => ({ top: top!, left: left!, height: high!, width: wide! }));
  });
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
  const own = (n: number): number[] => draws.slice(n * CROP_DRAWS, (n + 1) * CROP_DRAWS);
  const want = Array.from({ length: 60 }, (_, n) => reference(height, width, own(n)));
  expect(boxesOf(height, width, draws)).toEqual(want);
  expect(boxesOf(height, width, own(7))).toEqual([want[7]]);
});

test('boxes keep to the allowed areas, ratios and places, and use all of them', () => {
  const draws = random(CROP_DRAWS * 300);
  const boxes = boxesOf(100, 120, draws);
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
