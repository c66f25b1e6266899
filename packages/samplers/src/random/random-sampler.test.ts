import { isMochiError, type BankBlock, type SampleContext } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { uniformNegatives, uniformSampler } from '../uniform/uniform-sampler.js';
import { randomConfig } from './config.js';
import { randomNegatives } from './random-sampler.js';

await startTensorFlow();

const drawn = (context: SampleContext, options: object = {}): number[][] =>
  (randomNegatives(context, randomConfig.parse(options)).blocks[0] as BankBlock).logWeights!.arraySync();
const rowsOf = (weights: number[][]): number[][] => weights.map((row) => row.flatMap((w, k) => (w > -Infinity ? [k] : [])));

describe('random', () => {
  test.each([
    { options: {}, count: 8 },
    { options: { m: 5 }, count: 5 },
    { options: { m: 32 }, count: 32 },
  ])('$options draws $count different rows, each query its own', ({ options, count }) => {
    const rows = rowsOf(drawn(makeContext(), options));
    for (const row of rows) expect(row).toHaveLength(count);
    if (count < 32) expect(rows[0]).not.toEqual(rows[1]);
  });

  test('every row is equally likely', () => {
    const seen = new Array<number>(32).fill(0);
    for (let step = 0; step < 40; step++) for (const row of rowsOf(drawn(makeContext({ batch: 16, step }))).flat()) seen[row]!++;
    const expected = (40 * 16 * 8) / 32;
    const chiSquare = seen.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(63); // 31 degrees of freedom: exceeded once in 2,000 streams, less still without replacement
  });

  test('follows the sample ids', () => {
    const before = drawn(makeContext({ ids: [5, 6, 7, 8] }));
    expect(drawn(makeContext({ ids: [8, 7, 6, 5] }))).toEqual([...before].reverse());
    expect(drawn(makeContext({ ids: [1, 2, 3, 4] }))).not.toEqual(before);
  });

  test('correct adds log(K / M), so that the negatives stand for the whole bank', () => {
    const weights = drawn(makeContext(), { m: 4, correct: true });
    for (const row of weights) expect(row.filter((w) => w > -Infinity)).toBeAllClose(new Array<number>(4).fill(Math.log(8)));
  });

  test('masked rows are never drawn; what is left is the K of the correction', () => {
    const mask = maskOf(4, 32, (b, k) => k % 4 !== b); // 8 rows each
    const weights = drawn(makeContext({ mask }), { m: 2, correct: true });
    rowsOf(weights).forEach((row, b) => {
      expect(row).toHaveLength(2);
      for (const k of row) expect(k % 4).toBe(b);
    });
    expect(weights.flat().filter((w) => w > -Infinity)).toBeAllClose(new Array<number>(8).fill(Math.log(4)));
    const all = drawn(makeContext({ mask }), { m: 20, correct: true }); // more than there are: all of them, unweighted
    expect(all).toEqual(mask.arraySync());
  });

  test('M > K is an error', () => {
    expect(() => drawn(makeContext(), { m: 33 })).toThrow(
      expect.toSatisfy((e: unknown) => isMochiError(e) && e.code === 'MOCHI_POOL_TOO_LARGE') as Error,
    );
  });

  test.each([{ m: 0 }, { m: -1 }, { count: 3 }])('config %j is refused', (config) =>
    expect(randomConfig.safeParse(config).success).toBe(false),
  );

  test('no tensor is left behind', () => {
    const { similarities, ids, rng } = makeContext();
    leakFree([similarities, ids] as const, (s, i) => randomNegatives({ similarities: s, ids: i, rng }, { correct: true }));
  });
});

describe('uniform', () => {
  test('is the whole bank, less what may not be drawn', () => {
    expect(uniformNegatives(makeContext())).toEqual({ blocks: [{ kind: 'bank', bank: 'bank' }] });
    const mask = maskOf(4, 32, (_, k) => k > 9);
    expect((uniformSampler({ bank: 'bank' }).sample(makeContext({ mask }), {}).blocks[0] as BankBlock).logWeights).toBe(mask);
  });
});
