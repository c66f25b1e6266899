import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { PerImage, Planes } from '../planes.js';
import { brightness } from './brightness.js';
import { colorJitter } from './color-jitter.js';
import { contrast } from './contrast.js';
import { hue } from './hue.js';
import { saturation } from './saturation.js';

await startTensorFlow();

const OPS = [brightness, contrast, saturation, hue];
const ORDERS = permutations([0, 1, 2, 3]);
const COUNT = ORDERS.length;

function permutations(items: number[]): number[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}

const noise = (shape: number[], min: number, max: number): tf.Tensor =>
  tf.add(tf.mul(tf.randomUniform(shape, 0, 1, 'float32', 3), max - min), min);
const images = (): Planes => tf.tidy(() => tf.floor(noise([3, COUNT, 8, 8], 0, 256)) as Planes);

function jitter(chosen = true) {
  const factors = [
    noise([COUNT], 0.6, 1.4),
    noise([COUNT], 0.6, 1.4),
    noise([COUNT], 0.6, 1.4),
    noise([COUNT], -0.1, 0.1),
  ] as PerImage[];
  // keys[image][op] = place of the op in the image's order
  const keys = ORDERS.map((order) => [0, 1, 2, 3].map((op) => order.indexOf(op) / 4));
  return {
    factors,
    parts: {
      brightness: factors[0]!,
      contrast: factors[1]!,
      saturation: factors[2]!,
      hue: factors[3]!,
      order: tf.tensor2d(keys),
      chosen: tf.greater(tf.fill([COUNT], chosen ? 1 : 0), 0) as tf.Tensor1D,
    },
  };
}

test('each image goes through the four operations in its own order, all 24 of them', () => {
  const planes = images();
  const { factors, parts } = jitter();
  const got = colorJitter(planes, parts);
  ORDERS.forEach((order, image) => {
    const own = (x: tf.Tensor): tf.Tensor => tf.slice(x, image, 1);
    const want = order.reduce(
      (x, op) => OPS[op]!(x, own(factors[op]!) as PerImage),
      tf.slice(planes, [0, image], [3, 1]) as Planes,
    );
    expect(tf.slice(got, [0, image], [3, 1])).toBeAllClose(want, { rtol: 0, atol: 0 });
  });
});

test('without a hue the other three keep their order', () => {
  const planes = images();
  const { factors, parts } = jitter();
  const { hue: _, ...three } = parts;
  const got = colorJitter(planes, three);
  ORDERS.forEach((order, image) => {
    const own = (x: tf.Tensor): tf.Tensor => tf.slice(x, image, 1);
    const first = tf.slice(planes, [0, image], [3, 1]) as Planes;
    const want = order.filter((op) => op !== 3).reduce((x, op) => OPS[op]!(x, own(factors[op]!) as PerImage), first);
    expect(tf.slice(got, [0, image], [3, 1])).toBeAllClose(want, { rtol: 0, atol: 0 });
  });
});

test('an image that is not chosen comes back as it was', () => {
  const planes = images();
  expect(colorJitter(planes, jitter(false).parts)).toBeAllClose(planes, { rtol: 0, atol: 0 });
});

test('values stay whole numbers in 0..255, and nothing leaks', () =>
  leakFree([images(), jitter().parts], colorJitter, (got) => {
    const values = got.dataSync();
    expect(values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
  }));
