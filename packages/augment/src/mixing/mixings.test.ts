import type { MixContext } from '@mochi/contract';
import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { mixingConformance } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { betaFrom } from './beta.js';
import { blendPairs, boxesOf, pastePairs } from './mix-images.js';
import { cutmix, iMix, mixup, unMix } from './mixings.js';
import { cutmixPlugin, iMixPlugin, mixupPlugin, unMixPlugin } from './plugins.js';

await startTensorFlow();

mixingConformance(mixupPlugin, { alpha: 0.4 });
mixingConformance(cutmixPlugin);
mixingConformance(iMixPlugin);
mixingConformance(unMixPlugin, { global: 1 });
mixingConformance(unMixPlugin, { global: 0 });

const [B, SIZE] = [6, 16];
const images = (): tf.Tensor4D => createRng(1, 'images').normal([B, SIZE, SIZE, 3]) as tf.Tensor4D;
const contextOf = (step = 3): MixContext => ({
  ids: tf.tensor1d([4, 9, 2, 7, 7, 30], 'int32'),
  rng: createRng(5, 'mixing', step),
  step: tf.scalar(step, 'int32'),
  epoch: tf.scalar(0, 'int32'),
});

test.each([0.2, 0.7, 1, 3])('numbers of Beta(%d) have its mean, variance and symmetry', (alpha) => {
  const count = 40_000;
  const u = tf.div(tf.add(tf.range(0, count), 0.5), count);
  const values = betaFrom(u, alpha).dataSync<'float32'>();
  const mean = values.reduce((sum, x) => sum + x, 0) / count;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
  expect(mean).toBeCloseTo(0.5, 4);
  expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 3);
  expect(values[count / 10]! + values[count - 1 - count / 10]!).toBeCloseTo(1, 3);
});

test('a blend is the sum of both by their shares', () => {
  const x = images();
  const got = blendPairs(x, tf.tensor1d([1, 0, 2, 5, 4, 3], 'int32'), tf.tensor1d([0.3, 1, 0.5, 0, 0.9, 0.2]));
  const part = (at: number, share: number): tf.Tensor => tf.mul(tf.slice(x, at, 1), share);
  expect(tf.slice(got, 0, 1)).toBeAllClose(tf.add(part(0, 0.3), part(1, 0.7)));
  expect(tf.slice(got, 1, 1)).toBeAllClose(part(1, 1));
  expect(tf.slice(got, 5, 1)).toBeAllClose(tf.add(part(5, 0.2), part(3, 0.8)));
});

test('boxes are CutMix’s: sqrt(1 - share) of each side about their centre, cut at the border', () => {
  const { top, left, bottom, right } = boxesOf(tf.tensor1d([0.75, 0, 1]), tf.tensor2d([[0.5, 0], [0.3, 0.9], [0.2, 0.2]]), 10); // prettier-ignore
  const rows = tf.stack([top, left, bottom, right], 1).arraySync();
  expect(rows).toEqual([
    [3, 0, 7, 2],
    [0, 4, 8, 10],
    [2, 2, 2, 2],
  ]);
});

test('what is pasted is the partner’s, and the share is the area that is left', () => {
  const x = images();
  const of = (value: number): tf.Tensor1D => tf.fill([B], value);
  const boxes = { top: of(1), left: of(0), bottom: of(3), right: of(5) };
  const { images: got, share } = pastePairs(x, tf.tensor1d([5, 4, 3, 2, 1, 0], 'int32'), boxes);
  expect(share).toBeAllClose(Array.from({ length: B }, () => 1 - 10 / 256));
  expect(tf.slice(got, [0, 1, 0, 0], [1, 2, 5, 3])).toBeAllClose(tf.slice(x, [5, 1, 0, 0], [1, 2, 5, 3]), { rtol: 0, atol: 0 });
  expect(tf.slice(got, [0, 3, 0, 0], [1, 2, 5, 3])).toBeAllClose(tf.slice(x, [0, 3, 0, 0], [1, 2, 5, 3]), { rtol: 0, atol: 0 });
});

const ALL = [mixup(0.5), cutmix(1), iMix(1), unMix(1, 1), unMix(1, 0)];

describe.each(ALL.map((mixing, at) => ({ name: `${mixing.name} ${at}`, mixing })))('$name', ({ mixing }) => {
  test('each image is made of the samples that its targets say, by their shares', () => {
    const x = images();
    const { images: got, targets } = mixing.mix(x, contextOf());
    const [columns, weights] = [targets.columns.arraySync(), targets.weights.arraySync()];
    // A blend keeps the sum of pixels; for boxes every pixel is of one or the other.
    for (let at = 0; at < B; at++) {
      const [own, other] = columns[at] as [number, number];
      const [share, rest] = weights[at] as [number, number];
      expect(own).toBe(at);
      expect(share + rest).toBeCloseTo(1, 6);
      const [a, b, m] = [own, other, at].map((row, n) => tf.slice(n === 2 ? got : x, row, 1).dataSync()) as [Float32Array, Float32Array, Float32Array]; // prettier-ignore
      const blend = m.every((value, n) => Math.abs(value - (share * a[n]! + rest * b[n]!)) < 1e-5);
      const fromOther = m.filter((value, n) => value === b[n] && value !== a[n]).length / m.length;
      const pasted =
        m.every((value, n) => value === a[n] || value === b[n]) && (own === other || Math.abs(fromOther - rest) < 1e-6);
      expect(blend || pasted).toBe(true);
    }
  });
});

test('the larger part of i-Mix is the image itself; one share and one partner for a batch of Un-Mix', () => {
  const [own] = tf.unstack(iMix(1).mix(images(), contextOf()).targets.weights, 1);
  expect(Math.min(...own!.dataSync())).toBeGreaterThanOrEqual(0.5);
  for (const global of [0, 1]) {
    const { columns, weights } = unMix(1, global).mix(images(), contextOf()).targets;
    expect(new Set(tf.unstack(weights, 1)[0]!.dataSync()).size).toBe(1);
    expect([...tf.unstack(columns, 1)[1]!.dataSync()]).toEqual([5, 4, 3, 2, 1, 0]);
  }
});
