import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Planes } from '../planes.js';
import { gaussianBlur } from './gaussian-blur.js';

await startTensorFlow();

/** The definition: for each pixel, the weighted mean of its neighbours up to ceil(3 sigma) away, mirrored at the border. */
function blurred(image: number[][], sigma: number): number[][] {
  const weight = (d: number): number => Math.exp((-d * d) / (2 * sigma * sigma));
  const line = (values: number[]): number[] => {
    const radius = Math.min(Math.ceil(3 * sigma), values.length - 1);
    const mirror = (at: number): number => (at < 0 ? -at : at >= values.length ? 2 * (values.length - 1) - at : at);
    return values.map((_, i) => {
      let [sum, total] = [0, 0];
      for (let d = -radius; d <= radius; d++) {
        sum += weight(d) * values[mirror(i + d)]!;
        total += weight(d);
      }
      return sum / total;
    });
  };
  const turned = (rows: number[][]): number[][] => rows[0]!.map((_, at) => rows.map((row) => row[at]!));
  return turned(turned(image.map(line)).map(line));
}

const HEIGHT = 9;
const WIDTH = 12;
const SIGMAS = [0.1, 0.5, 1, 2, 5];
const random = (image: number): number[][] =>
  Array.from({ length: HEIGHT }, (_, y) =>
    Array.from({ length: WIDTH }, (_, x) => (37 * y * y + 91 * x + 13 * x * y + 50 * image) % 256),
  );
const batch = (): Planes =>
  tf.tidy(() => tf.tile(tf.expandDims(tf.tensor(SIGMAS.map((_, image) => random(image))), 0), [3, 1, 1, 1]) as Planes);

test('each image is blurred with its own sigma, borders reflected', () => {
  const got = gaussianBlur(batch(), tf.tensor1d(SIGMAS));
  SIGMAS.forEach((sigma, image) => {
    const want = tf.tensor2d(blurred(random(image), sigma));
    for (const colour of [0, 1, 2])
      expect(tf.squeeze(tf.slice(got, [colour, image], [1, 1]), [0, 1])).toBeAllClose(want, { atol: 1e-3 });
  });
});

test('large images are blurred as small ones, by another way', () => {
  const values = tf.floor(tf.mul(tf.randomUniform([3, 2, 90, 75], 0, 1, 'float32', 3), 256)) as Planes;
  for (const sigmas of [tf.tensor1d([0.1, 2]), tf.tensor1d([0.7, 1.4])])
    expect(gaussianBlur(values, sigmas, { most: 2 })).toBeAllClose(gaussianBlur(values, sigmas), { atol: 1e-3 });
});

test('one image alone is blurred as in a batch', () => {
  const planes = batch();
  const whole = gaussianBlur(planes, tf.tensor1d(SIGMAS));
  SIGMAS.forEach((sigma, image) => {
    const alone = gaussianBlur(tf.slice(planes, [0, image], [3, 1]), tf.tensor1d([sigma]));
    expect(alone).toBeAllClose(tf.slice(whole, [0, image], [3, 1]), { rtol: 1e-5, atol: 1e-4 });
  });
});
