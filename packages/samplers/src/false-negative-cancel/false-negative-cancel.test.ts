import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { makeContext, maskOf } from '../../test/context.js';
import { falseNegativeCancelConfig } from './config.js';
import { falseNegativeCancelSampler, falseNegativeMask, type CancelOptions } from './false-negative-cancel-sampler.js';

await startTensorFlow();

const off = -Infinity;
const angle = (...degrees: number[]): tf.Tensor2D =>
  tf.tensor2d(degrees.map((one) => [Math.cos((one * Math.PI) / 180), Math.sin((one * Math.PI) / 180)]));

/** One query at 0 degrees, its positive at 30, rows at 10, 40, 80 and 150 degrees. */
function problem(rowIds = [-1, -1, -1, -1]) {
  const context = makeContext({ batch: 1, width: 2, capacity: 4, ids: [7] });
  const [queries, positives, rows] = [angle(0), angle(30), angle(10, 40, 80, 150)];
  const bank = { ...context.bank, rows, ids: tf.tensor1d(rowIds, 'int32') };
  return { ...context, queries, positives, bank, similarities: tf.matMul<tf.Tensor2D>(queries, rows, false, true) };
}
const leftOut = (options: Partial<CancelOptions>, more: object = {}) =>
  falseNegativeMask(
    { ...problem(), ...more },
    { sameSample: true, support: 'positive', threshold: 0.7, ...options },
  ).arraySync()[0];

describe('false-negative-cancel', () => {
  test.each([
    { name: 'rows close to the positive', options: {}, want: [off, off, 0, 0] },
    { name: 'rows close to the query', options: { support: 'query' as const }, want: [off, off, 0, 0] },
    { name: 'a threshold between them', options: { threshold: 0.95 }, want: [0, off, 0, 0] },
    { name: 'of the query', options: { threshold: 0.95, support: 'query' as const }, want: [off, 0, 0, 0] },
    { name: 'of either', options: { threshold: 0.95, support: 'both' as const }, want: [off, off, 0, 0] },
    { name: 'at most so many', options: { threshold: -1, topK: 3 }, want: [off, off, off, 0] },
    { name: 'at most so many, and above the threshold', options: { threshold: 0.7, topK: 1 }, want: [0, off, 0, 0] },
    { name: 'a number that moves', options: { topK: { at: tf.scalar(1), most: 3 } }, want: [0, off, 0, 0] },
    { name: 'none', options: { threshold: 1, topK: 0 }, want: [0, 0, 0, 0] },
  ])('leaves out: $name', ({ options, want }) => expect(leftOut(options)).toEqual(want));

  test('rows of the own image, by id', () => {
    const own = problem([1, 2, 3, 7]);
    expect(leftOut({ threshold: 1 }, own)).toEqual([0, 0, 0, off]);
    expect(leftOut({ threshold: 1, sameSample: false }, own)).toEqual([0, 0, 0, 0]);
  });

  test('masked rows are not counted among the closest', () => {
    const mask = maskOf(1, 4, (_, k) => k === 1);
    expect(leftOut({ threshold: -1, topK: 1 }, { mask })).toEqual([off, 0, 0, 0]);
  });

  test('the sampler: ramps by the scalars of the step', () => {
    const ramps = { threshold: { from: 1, to: 0.7, over: '1ep' }, topK: { from: 0, to: 3, over: '1ep' } };
    const sampler = falseNegativeCancelSampler(falseNegativeCancelConfig.parse(ramps));
    expect(sampler).toMatchObject({ role: 'filter', bank: 'bank' });
    const masked = (threshold: number, topK: number) =>
      sampler
        .sample({ ...problem(), scalars: { threshold: tf.scalar(threshold), topK: tf.scalar(topK) } }, {})
        .mask!.arraySync()[0];
    expect(masked(0.7, 3)).toEqual([off, off, 0, 0]);
    expect(masked(0.7, 1.2)).toEqual([0, off, 0, 0]);
    expect(masked(1, 3)).toEqual([0, 0, 0, 0]);
  });

  test('more rows than the bank has is an error', () => {
    const sampler = falseNegativeCancelSampler(falseNegativeCancelConfig.parse({ topK: 5 }));
    expect(() => sampler.sample(problem(), {})).toThrow(/MOCHI_POOL_TOO_LARGE/);
  });

  test('no tensor is left behind', () => {
    const { queries, positives, ids, bank, similarities } = problem();
    leakFree([positives, ids, similarities, bank.rows, bank.ids] as const, (p, i, s, rows, rowIds) =>
      falseNegativeMask(
        { queries, positives: p, ids: i, bank: { ...bank, rows, ids: rowIds }, similarities: s },
        { sameSample: true, support: 'both', threshold: 0.5, topK: 2 },
      ),
    );
  });

  test.each([{ threshold: 2 }, { topK: 1.5 }, { support: 'rows' }, { k: 1 }])('%j is refused', (options) =>
    expect(falseNegativeCancelConfig.safeParse(options).success).toBe(false),
  );
});
