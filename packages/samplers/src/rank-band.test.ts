import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../test/context.js';
import { percentileConfig, percentileSampler } from './index.js';
import { rankBand, type Share } from './rank-band.js';

await startTensorFlow();

const fixed = (share: number): Share => ({ now: share, most: share });
const moving = (share: number, most: number): Share => ({ now: tf.scalar(share), most });

/** Ranks, by similarity among the free rows, of what a band keeps of each query. */
function ranksKept(context: ReturnType<typeof makeContext>, band: number[][]): number[][] {
  const mask = context.mask?.arraySync() as number[][] | undefined;
  return (context.similarities.arraySync() as number[][]).map((row, b) => {
    const free = row.map((_, k) => k).filter((k) => mask === undefined || mask[b]![k] === 0);
    const order = free.sort((i, j) => row[j]! - row[i]!);
    return order.flatMap((k, rank) => (band[b]![k] === 0 ? [rank] : []));
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);
const mask = maskOf(4, 32, (b, k) => k % 4 === b || k > 29);

describe('a band of ranks', () => {
  test.each([
    { name: 'of the whole bank', from: 0.25, to: 0.5, context: makeContext(), want: range(8, 16) },
    { name: 'of all but the head', from: 0.1, to: 1, context: makeContext(), want: range(3, 32) },
    { name: 'never empty', from: 0.5, to: 0.5, context: makeContext(), want: [16] },
    { name: 'never past the last row', from: 1, to: 1, context: makeContext(), want: [31] },
  ])('$name', ({ from, to, context, want }) => {
    const each = [fixed, (share: number) => moving(share, 1)];
    for (const first of each)
      for (const past of each) {
        const band = rankBand(context, first(from), past(to)).arraySync();
        expect(ranksKept(context, band)).toEqual(Array(4).fill(want));
      }
  });

  test('shares are of the rows that a query may draw', () => {
    const context = makeContext({ mask });
    const free = mask.arraySync().map((row) => row.filter((one) => one === 0).length);
    const want = free.map((n) => range(Math.floor(n * 0.2 + 0.5), Math.floor(n * 0.7 + 0.5)));
    expect(new Set(free).size).toBeGreaterThan(1);
    for (const [from, to] of [
      [fixed(0.2), fixed(0.7)],
      [moving(0.2, 0.9), moving(0.7, 1)],
    ] as const)
      // prettier-ignore
      expect(ranksKept(context, rankBand(context, from, to).arraySync())).toEqual(want);
  });

  test('a query with no row to draw keeps none, and one with a single row keeps it', () => {
    const scarce = maskOf(4, 32, (b, k) => b === 0 || k !== 7);
    const context = makeContext({ mask: scarce });
    const kept = ranksKept(context, rankBand(context, fixed(0.3), fixed(0.4)).arraySync());
    expect(kept).toEqual([[], [0], [0], [0]]);
  });

  test('no tensor is left behind', () =>
    leakFree([makeContext().similarities, mask.clone()] as const, (similarities, rows) =>
      rankBand({ similarities, mask: rows }, fixed(0.3), fixed(0.6)),
    ));
});

describe('percentile', () => {
  test('leaves out both ends, and a ramp says how much of them now', () => {
    const context = makeContext();
    const kept = (options: object, scalars = {}) => {
      const { mask: band } = percentileSampler(percentileConfig.parse(options)).sample({ ...context, scalars }, {});
      return ranksKept(context, band!.arraySync())[0]!;
    };
    expect(kept({ hardest: 0.125, easiest: 0.25 })).toEqual(range(4, 24));
    const easiest = { from: 0, to: 0.5, over: '10ep' };
    expect(kept({ hardest: 0.125, easiest }, { easiest: tf.scalar(0.25) })).toEqual(range(4, 24));
    expect(kept({ hardest: 0.125, easiest }, { easiest: tf.scalar(0) })).toEqual(range(4, 32));
    expect(kept({})).toEqual(range(0, 32)); // 0.1 % of 32 rows is none
  });

  test.each([
    { hardest: 0.6, easiest: 0.4 },
    { hardest: { from: 0, to: 0.6, over: '1ep' }, easiest: 0.4 },
    { hardest: -0.1 },
    { share: 1 },
  ])('%j is refused', (options) => expect(percentileConfig.safeParse(options).success).toBe(false));
});
