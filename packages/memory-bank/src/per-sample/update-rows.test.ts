import type { BankState } from '@mochi/contract';
import { createRng, l2Normalize, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { initBank, perSampleBank, perSampleConfig, updateRows } from '../index.js';

await startTensorFlow();

const ints = (...values: number[]) => tf.tensor1d(values, 'int32');
const step = (value: number) => tf.scalar(value, 'int32');
const keysOf = (...values: number[][]) => l2Normalize(tf.tensor2d(values)) as tf.Tensor2D;
const unit = (...values: number[]): number[] => {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
};

const fresh = (): BankState => initBank({ capacity: 4, dim: 2 }, createRng(1, 'bank'));

describe('updateRows', () => {
  test('the first key of a sample is its row; later ones move it, renormalised', () => {
    const first = updateRows(fresh(), keysOf([1, 0], [0, 1]), ints(2, 0), step(0), 0.25);
    expect(first.rows.arraySync()[2]).toEqual([1, 0]);
    const second = updateRows(first, keysOf([0, 1]), ints(2), step(3), 0.25);
    expect(second.rows.arraySync()[2]).toBeAllClose(unit(0.25, 0.75));
    expect(second.rows.arraySync()[0]).toBeAllClose([0, 1]);
    expect([second.ids.arraySync(), second.writtenAt.arraySync()]).toEqual([
      [0, -1, 2, -1],
      [0, -1, 3, -1],
    ]);
    expect([second.filled.arraySync(), second.cursor.arraySync()]).toEqual([2, 0]);
  });

  test('two keys of a sample in one batch count by their mean', () => {
    const bank = updateRows(fresh(), keysOf([1, 0], [1, 1], [0, 1]), ints(1, 3, 1), step(0), 0.5);
    expect(bank.rows.arraySync()[1]).toBeAllClose(unit(1, 1));
    expect(bank.rows.arraySync()[3]).toBeAllClose(unit(1, 1));
    expect(bank.filled.arraySync()).toBe(2);
  });

  test('momentum 0 replaces, and nothing is left behind', () => {
    const bank = updateRows(fresh(), keysOf([1, 0]), ints(1), step(0), 0);
    leakFree(
      [bank, keysOf([3, 4]), ints(1), step(1)] as const,
      (...given) => updateRows(...given, 0),
      (next) => expect(next.rows.arraySync()[1]).toBeAllClose([0.6, 0.8]),
    );
  });

  test.each([
    ['MOCHI_BANK_SHAPE', keysOf([1, 0, 0]), ints(1)],
    ['MOCHI_BANK_SHAPE', keysOf([1, 0]), ints(1, 2)],
  ])('%s', (code, keys, ids) => expect(() => updateRows(fresh(), keys, ids, step(0), 0.5)).toThrow(code));
});

test('the flags of a config', () => {
  const parsed = perSampleConfig.parse({ as: 'memory', fill: 'keys', warmStart: '/runs/a' });
  expect(perSampleBank(parsed)).toMatchObject({
    ...{ name: 'memory', capacity: 'samples', fill: 'keys', maskSelf: true, keepLabels: false },
    warmStart: { path: '/runs/a', bank: 'bank' },
  });
  expect(() => perSampleConfig.parse({ momentum: 1 })).toThrow();
});
