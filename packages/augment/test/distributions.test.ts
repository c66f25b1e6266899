import { createRng, hashText, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { augmentationOf, recipeOf, recipes } from '../src/index.js';

await startTensorFlow();

type Counts = Record<string, number>;
interface Distributions {
  draws: number;
  crop: Record<'wide' | 'strip' | 'small', Record<'area' | 'logRatio' | 'top' | 'left', number[]>>;
  jitter: Record<'brightness' | 'contrast' | 'saturation' | 'hue', number[]> & { order: Counts };
  chosen: Record<string, number>;
  sigma: number[];
  padAndCrop: Record<'top' | 'left', Counts>;
  randAugment: Record<'kind' | 'sign', Counts>;
}
const torchvision = JSON.parse(readFileSync(new URL('golden/distributions.json', import.meta.url), 'utf8')) as Distributions;
const COUNT = torchvision.draws;

/** Two samples of 20,000 from one distribution are farther apart once in 1,000 times. */
const KS_LIMIT = 1.95 * Math.sqrt(2 / COUNT);

/** Kolmogorov and Smirnov's distance of a sample and quantiles of another; ties count as one step. */
function distance(values: ArrayLike<number>, quantiles: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const slack = 1e-5; // quantiles are rounded to 6 digits
  const upTo = (list: ArrayLike<number>, x: number): number => {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]! <= x) low = middle + 1;
      else high = middle;
    }
    return low / list.length;
  };
  // Between its quantiles the other sample's distribution is known to 1 in 200.
  return Math.max(...quantiles.map((x) => {
    const [from, to] = [upTo(sorted, x - slack), upTo(sorted, x + slack)];
    const [low, high] = [upTo(quantiles, x - 2 * slack), upTo(quantiles, x + 2 * slack)];
    return Math.max(0, from - high, low - to - 1 / quantiles.length);
  })); // prettier-ignore
}

/** Pearson's statistic of two samples of equal size over the same outcomes, against its 99.9th percentile (Wilson and Hilferty). */
function requireAlike(mine: Counts, theirs: Counts): void {
  const names = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
  const sum = names.reduce((all, name) => {
    const [a, b] = [mine[name] ?? 0, theirs[name] ?? 0];
    return all + (a - b) ** 2 / (a + b);
  }, 0);
  const freedom = names.length - 1;
  const limit = freedom * (1 - 2 / (9 * freedom) + 3.09 * Math.sqrt(2 / (9 * freedom))) ** 3;
  expect(sum).toBeLessThan(limit);
}

const ids = tf.tensor1d(Int32Array.from({ length: COUNT }, (_, id) => id), 'int32'); // prettier-ignore

/** Draws as the input pipeline makes them: by sample and stream. */
function drawsOf(options: object, name = 'moco-v2') {
  const made = augmentationOf(recipeOf(recipes[name]!, { size: 32, ...options }));
  const { streams } = made.views[0]!;
  const places = streams!.flatMap((stream) => Array.from({ length: stream.count }, (_, at) => hashText(stream.name) + at));
  return { made, draws: createRng(0, 'draws', 123_457).perSample(ids).at(Uint32Array.from(places)) as tf.Tensor2D };
}

const tally = (values: ArrayLike<number | string>): Counts => {
  const counts: Counts = {};
  for (const value of Array.from(values)) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

describe.each([
  ['wide', 375, 500, [0.2, 1]],
  ['strip', 60, 200, [0.08, 1]],
  ['small', 32, 32, [0.05, 0.14]],
] as const)('crops of %s images', (name, height, width, scale) => {
  const { made, draws } = drawsOf({ scale: [...scale] });
  const boxes = made.crop(tf.tile(tf.tensor2d([[height, width]]), [COUNT, 1]) as tf.Tensor2D, draws, 'query').arraySync();
  const values = {
    area: boxes.map(([, , h, w]) => (h! * w!) / (height * width)),
    logRatio: boxes.map(([, , h, w]) => Math.log(w! / h!)),
    top: boxes.map(([top]) => top!),
    left: boxes.map(([, left]) => left!),
  };
  test.each(['area', 'logRatio', 'top', 'left'] as const)('%s', (what) =>
    expect(distance(values[what], torchvision.crop[name][what])).toBeLessThan(KS_LIMIT));
}); // prettier-ignore

describe('colour jitter', () => {
  const { made, draws } = drawsOf({});
  const jitter = made.parameters!(draws, 'query')['color-jitter']!;
  test.each(['brightness', 'contrast', 'saturation', 'hue'] as const)('%s', (what) =>
    expect(distance(jitter[what]!.dataSync(), torchvision.jitter[what])).toBeLessThan(KS_LIMIT));

  test('every order is as likely', () => {
    const keys = jitter['order']!.arraySync() as number[][];
    const orders = keys.map((key) => [0, 1, 2, 3].sort((a, b) => key[a]! - key[b]!).join(''));
    requireAlike(tally(orders), torchvision.jitter.order);
  });

  test('sigma of the blur', () => {
    const { sigma } = made.parameters!(draws, 'query')['gaussian-blur']!;
    expect(distance(sigma!.dataSync(), torchvision.sigma)).toBeLessThan(KS_LIMIT);
  });
}); // prettier-ignore

test('operations happen as often', () => {
  const { made, draws } = drawsOf({ add: [{ op: 'solarize', p: 0.2 }] });
  const drawn = made.parameters!(draws, 'query');
  const ops = { jitter: 'color-jitter', blur: 'gaussian-blur', grayscale: 'grayscale', flip: 'horizontal-flip', solarize: 'solarize' };
  for (const [name, op] of Object.entries(ops)) {
    const mine = tf.sum(tf.cast(drawn[op]!['chosen']!, 'float32')).dataSync()[0]!;
    const theirs = torchvision.chosen[name]!;
    requireAlike({ yes: mine, no: COUNT - mine }, { yes: theirs, no: COUNT - theirs });
  }
}); // prettier-ignore

test('places of pad-and-crop, operations and directions of RandAugment', () => {
  const add = [{ op: 'pad-and-crop' }, { op: 'rand-augment', count: 1 }];
  const { made, draws } = drawsOf({ add }, 'custom');
  const drawn = made.parameters!(draws, 'query');
  for (const side of ['top', 'left'] as const)
    requireAlike(tally(drawn['pad-and-crop']![side]!.dataSync()), torchvision.padAndCrop[side]);
  const kinds = drawn['rand-augment']!['kind']!.dataSync();
  requireAlike(tally(kinds), torchvision.randAugment.kind);
  const directed = Array.from(drawn['rand-augment']!['sign']!.dataSync()).filter((_, at) => kinds[at]! >= 1 && kinds[at]! <= 9);
  requireAlike(tally(directed), torchvision.randAugment.sign);
});

test('these tests can fail', () => {
  const { made, draws } = drawsOf({ scale: [0.22, 1], jitter: { hue: 0.11 } });
  const { hue } = made.parameters!(draws, 'query')['color-jitter']!;
  expect(distance(hue!.dataSync(), torchvision.jitter.hue)).toBeGreaterThan(KS_LIMIT);
  const boxes = made.crop(tf.tile(tf.tensor2d([[375, 500]]), [COUNT, 1]) as tf.Tensor2D, draws, 'query').arraySync();
  expect(
    distance(
      boxes.map(([, , h, w]) => (h! * w!) / 187_500),
      torchvision.crop.wide.area,
    ),
  ).toBeGreaterThan(KS_LIMIT);
  expect(() => requireAlike({ yes: 10_600, no: 9_400 }, { yes: 10_000, no: 10_000 })).toThrow();
});
