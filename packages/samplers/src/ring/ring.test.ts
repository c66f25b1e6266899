import type { BankBlock } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { rankBand } from '../rank-band.js';
import { ringConfig } from './config.js';
import { ringNegatives, ringSampler } from './ring-sampler.js';

await startTensorFlow();

const at = (share: number) => ({ now: share, most: share });
const weightsOf = (context: ReturnType<typeof makeContext>, options: object, scalars = {}): number[][] => {
  const { blocks } = ringSampler(ringConfig.parse(options)).sample({ ...context, scalars }, {});
  return (blocks[0] as BankBlock).logWeights!.arraySync();
};
const countsOf = (weights: number[][]): number[][] => weights.map((row) => row.map((weight) => Math.exp(weight)));

describe('ring', () => {
  test('without a count it is the whole ring, each row once', () => {
    const context = makeContext();
    expect(weightsOf(context, { lower: 0.1, upper: 0.5 })).toEqual(rankBand(context, at(0.1), at(0.5)).arraySync());
  });

  test('an annealed ring is as wide as the step says', () => {
    const context = makeContext();
    const options = { lower: 0.1, upper: { from: 1, to: 0.2, over: '10ep' } };
    for (const [now, rows] of [
      [1, 29],
      [0.5, 13],
      [0.2, 3],
    ] as const)
      // prettier-ignore
      expect(weightsOf(context, options, { upper: tf.scalar(now) }).map((row) => row.filter((w) => w === 0).length)).toEqual(
        Array(4).fill(rows),
      );
  });

  test.each([
    { name: 'whole bank', mask: undefined },
    { name: 'masked', mask: maskOf(4, 32, (b, k) => (k + b) % 3 === 0) },
  ])('draws come from the ring alone, count of them, with replacement: $name', ({ mask }) => {
    const context = makeContext({ mask });
    const ring = weightsOf(context, { lower: 0.1, upper: 0.4 });
    const counts = countsOf(weightsOf(context, { lower: 0.1, upper: 0.4, count: 50 }));
    for (const [b, row] of counts.entries()) {
      expect(row.reduce((sum, one) => sum + one, 0)).toBeCloseTo(50, 3);
      row.forEach((one, k) => one > 0 && expect(ring[b]![k]).toBe(0));
    }
    expect(counts[0]).not.toEqual(counts[1]);
  });

  test('every row of the ring is equally likely', () => {
    const seen = new Map<number, number>();
    for (let step = 0; step < 40; step++)
      countsOf(weightsOf(makeContext({ step }), { lower: 0.25, upper: 0.5, count: 20 }))[0]!.forEach(
        (n, k) => n > 0 && seen.set(k, (seen.get(k) ?? 0) + n),
      );
    expect(seen.size).toBe(8);
    const expected = (40 * 20) / 8;
    const chiSquare = [...seen.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(26); // 7 degrees of freedom: exceeded once in 2,000 streams
  });

  test('draws follow the sample ids', () => {
    const options = { lower: 0, upper: 1, count: 8 };
    const row = (ids: number[], b: number) => {
      const { similarities, ...context } = makeContext({ ids });
      const same = tf.tile(tf.slice(similarities, [0, 0], [1, -1]), [4, 1]) as tf.Tensor2D;
      return weightsOf({ ...context, similarities: same }, options)[b];
    };
    expect(row([5, 6, 7, 8], 0)).toEqual(row([8, 7, 6, 5], 3));
    expect(row([5, 6, 7, 8], 0)).not.toEqual(row([5, 6, 7, 8], 1));
  });

  test('no tensor is left behind', () => {
    const { similarities, ids, rng } = makeContext();
    leakFree([similarities, ids] as const, (s, i) =>
      ringNegatives({ similarities: s, ids: i, rng }, { lower: at(0.1), upper: at(0.6), count: 9 }),
    );
  });

  test.each([{ lower: 0.5, upper: 0.5 }, { lower: 0.2, upper: { from: 1, to: 0.1, over: '1ep' } }, { count: 0 }, { from: 0.1 }])(
    '%j is refused',
    (options) => expect(ringConfig.safeParse(options).success).toBe(false),
  );
});
