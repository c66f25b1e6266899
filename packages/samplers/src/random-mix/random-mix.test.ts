import type { MixtureBlock } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { mochiConfig } from '../mochi/config.js';
import { mochiNegatives } from '../mochi/mochi-sampler.js';
import { randomMixConfig } from './config.js';
import { freeRows } from './free-rows.js';
import { randomMixNegatives, randomMixSampler } from './random-mix-sampler.js';

await startTensorFlow();

const options = (given: object = {}) => randomMixConfig.parse({ s: 20, sPrime: 6, ...given });

describe('freeRows', () => {
  test('without a mask: every row', () =>
    expect(freeRows(tf.zeros([2, 3])).arraySync()).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]));

  test('with one: those that are free, in order, then 0', () => {
    const mask = maskOf(4, 6, (b, k) => (b === 0 ? k % 2 === 0 : b === 1 ? k < 5 : b === 2));
    expect(freeRows(tf.zeros([4, 6]), mask).arraySync()).toEqual([
      [1, 3, 5, 0, 0, 0],
      [5, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [0, 1, 2, 3, 4, 5],
    ]);
  });

  test('nothing leaks', () => leakFree([maskOf(2, 5, (_, k) => k === 2)], (mask) => freeRows(mask, mask)));
});

describe('random-mix', () => {
  test('a query that weighs more than its row is remarked, as for mochi', () => {
    expect(randomMixSampler(options({ beta: [0, 0.9] })).check!(32)).toMatch(/sampler\.beta reaches 0\.9/);
    expect(randomMixSampler(options()).check!(32)).toBeUndefined();
  });

  test('parents come from the whole bank, evenly', () => {
    const { blocks } = randomMixNegatives(makeContext({ batch: 8 }), options({ s: 1000, sPrime: 1000 }));
    for (const { rows } of blocks.slice(1) as MixtureBlock[]) {
      const seen = new Array<number>(32).fill(0);
      for (const row of rows.dataSync()) seen[row]!++;
      const expected = rows.size / 32;
      expect(seen.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(63); // 31 degrees of freedom
    }
  });

  test('weights and counts are those of mochi', () => {
    const context = makeContext();
    const [mine, mochis] = [
      randomMixNegatives(context, options()).blocks,
      mochiNegatives(context, mochiConfig.parse({ n: 32, s: 20, sPrime: 6 })).blocks,
    ] as [MixtureBlock[], MixtureBlock[]];
    for (const at of [1, 2]) {
      expect(mine[at]!.weights.arraySync()).toEqual(mochis[at]!.weights.arraySync());
      expect(mine[at]!.rows.shape).toEqual(mochis[at]!.rows.shape);
    }
  });

  test('masked rows are never drawn', () => {
    const mask = maskOf(4, 32, (b, k) => k % 4 !== b);
    const { blocks } = randomMixNegatives(makeContext({ mask }), options());
    for (const { rows } of blocks.slice(1) as MixtureBlock[])
      rows.arraySync().forEach((list, b) => list.flat().forEach((row) => expect(row % 4).toBe(b)));
  });

  test.each([{ n: 8 }, { s: -1 }])('config %j is refused', (config) =>
    expect(randomMixConfig.safeParse(config).success).toBe(false),
  );
});
