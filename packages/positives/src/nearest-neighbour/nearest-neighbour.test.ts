import type { BankState } from '@mochi/contract';
import { compile, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { nearestNeighbour, nearestNeighbourConfig, nearestRows } from '../index.js';

await startTensorFlow();

const ints = (values: number[]) => tf.tensor1d(values, 'int32');
const ROWS = [
  [1, 0],
  [0.8, 0.6],
  [0.6, 0.8],
  [0, 1],
];
const KEYS = [
  [0.96, 0.28],
  [0, 1],
];

/** Rows of samples 7, 8, 9, and one that nobody wrote. */
const bank = (writtenAt: number[]): BankState => ({
  rows: tf.tensor2d(ROWS),
  ids: ints(writtenAt.map((step, row) => (step < 0 ? -1 : 7 + row))),
  writtenAt: ints(writtenAt),
  cursor: tf.scalar(0, 'int32'),
  filled: tf.scalar(0, 'int32'),
});

/** `rows`: those of the bank that are the positives, null where it is the key. */
const cases = [
  { name: 'the nearest row', writtenAt: [0, 0, 1, 1], ids: [70, 80], maskSelf: false, rows: [0, 3] },
  { name: 'a row that nobody wrote is no neighbour', writtenAt: [-1, 0, 1, -1], ids: [70, 80], maskSelf: false, rows: [1, 2] },
  { name: 'nothing written: the keys', writtenAt: [-1, -1, -1, -1], ids: [70, 80], maskSelf: false, rows: [null, null] },
  { name: 'older keys of the own image count', writtenAt: [0, 0, 0, 0], ids: [7, 10], maskSelf: false, rows: [0, 3] },
  { name: 'or not', writtenAt: [0, 0, 0, 0], ids: [7, 10], maskSelf: true, rows: [1, 2] },
  { name: 'only the own image is written: the key', writtenAt: [0, -1, -1, -1], ids: [7, 8], maskSelf: true, rows: [null, 0] },
];

test.each(cases)('nearestRows: $name', ({ writtenAt, ids, maskSelf, rows }) =>
  leakFree(
    [
      bank(writtenAt),
      tf.tensor2d(KEYS),
      ints(ids),
      tf.matMul(tf.tensor2d(KEYS), tf.tensor2d(ROWS), false, true) as tf.Tensor2D,
    ] as const,
    (state, keys, samples, similarities) => nearestRows({ bank: state, keys, ids: samples, similarities }, { maskSelf }),
    ({ positives, mask }) => {
      expect(positives).toBeAllClose(rows.map((row, b) => (row === null ? KEYS[b]! : ROWS[row]!)));
      mask.arraySync().forEach((own, b) => own.forEach((value, row) => expect(value).toBe(row === rows[b] ? -Infinity : 0)));
    },
  ),
);

test('of equal rows the first; compiled as eager', () => {
  const state = { ...bank([0, 0, 0, 0]), rows: tf.tensor2d([ROWS[3]!, ROWS[0]!, ROWS[0]!, ROWS[3]!]) };
  const keys = tf.tensor2d(KEYS);
  const similarities = tf.matMul(keys, state.rows, false, true) as tf.Tensor2D;
  const traced = compile((input: Parameters<typeof nearestRows>[0]) => nearestRows({ ...input }, { maskSelf: true }), {
    name: 'nearest',
  });
  // Sample 7 wrote row 0, the nearest of the second key; row 3 is as near.
  expect(traced({ bank: state, keys, ids: ints([8, 7]), similarities }).positives).toBeAllClose([ROWS[0]!, ROWS[3]!]);
  traced.dispose();
});

test('a config names the bank, and a misspelt key is an error', () => {
  expect(nearestNeighbour(nearestNeighbourConfig.parse({ bank: 'recent' }))).toMatchObject({
    name: 'nearest-neighbour',
    bank: 'recent',
  });
  expect(() => nearestNeighbourConfig.parse({ banks: 'recent' })).toThrow(/banks/);
});
