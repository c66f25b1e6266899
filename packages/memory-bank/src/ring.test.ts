import type { BankState, Rng } from '@mochi/contract';
import { compile, createRng, disposeTree, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { enqueue, initBank } from './index.js';

await startTensorFlow();

/** What a ring is, in plain arrays: the model that the tensors are held against. */
class PlainRing {
  readonly rows: number[][];
  readonly ids: number[];
  readonly writtenAt: number[];
  readonly labels: number[];
  cursor = 0;
  filled = 0;

  constructor(rows: number[][]) {
    this.rows = rows;
    this.ids = rows.map(() => -1);
    this.writtenAt = rows.map(() => -1);
    this.labels = rows.map(() => -1);
  }

  write(keys: number[][], ids: number[], step: number, labels: number[]): void {
    keys.forEach((key, at) => {
      this.rows[this.cursor] = key;
      this.ids[this.cursor] = ids[at]!;
      this.writtenAt[this.cursor] = step;
      this.labels[this.cursor] = labels[at]!;
      this.cursor = (this.cursor + 1) % this.rows.length;
      this.filled = Math.min(this.filled + 1, this.rows.length);
    });
  }
}

const unitKeys = (rng: Rng, batch: number, dim: number) => rng.normal([batch, dim]) as tf.Tensor2D;
const int1d = (values: number[]) => tf.tensor1d(values, 'int32');
const int0d = (value: number) => tf.scalar(value, 'int32');

function expectSame(bank: BankState, ring: PlainRing): void {
  expect(bank.rows).toBeAllClose(ring.rows, { rtol: 0, atol: 0 });
  expect(bank.ids).toBeAllClose(ring.ids, { rtol: 0, atol: 0 });
  expect(bank.writtenAt).toBeAllClose(ring.writtenAt, { rtol: 0, atol: 0 });
  if (bank.labels) expect(bank.labels).toBeAllClose(ring.labels, { rtol: 0, atol: 0 });
  expect([bank.cursor.dataSync()[0], bank.filled.dataSync()[0]]).toEqual([ring.cursor, ring.filled]);
  for (const tensor of [bank.ids, bank.writtenAt, bank.cursor, bank.filled]) expect(tensor.dtype).toBe('int32');
}

type Write = typeof enqueue;

/** Writes `batches` one after another with `write` and compares with the model after each. */
function follow(capacity: number, dim: number, batches: number[], labels: boolean, write: Write): void {
  const rng = createRng(7, `ring-${capacity}-${batches.join('-')}`);
  let bank = initBank({ capacity, dim, labels }, rng.fork('init'));
  const ring = new PlainRing(bank.rows.arraySync());
  batches.forEach((batch, step) => {
    const keys = unitKeys(rng, batch, dim);
    const ids = Array.from({ length: batch }, (_, at) => 1000 * step + at);
    const classes = ids.map((id) => id % 3);
    const given = [int1d(ids), int0d(step), int1d(classes)] as const;
    const next = write(bank, keys, given[0], given[1], labels ? given[2] : undefined);
    ring.write(keys.arraySync(), ids, step, classes);
    expectSame(next, ring);
    disposeTree([bank, keys, ...given]);
    bank = next;
  });
  disposeTree(bank);
}

describe('enqueue', () => {
  test.each([
    { name: 'capacity a multiple of the batch', capacity: 8, batches: [4, 4, 4] },
    { name: 'writes go over the end and on from row 0', capacity: 7, batches: [5, 5, 5, 5] },
    { name: 'a partial last batch', capacity: 6, batches: [4, 4, 1, 4] },
    { name: 'a batch as large as the bank, from the middle', capacity: 5, batches: [2, 5, 5] },
    { name: 'a bank of one row', capacity: 1, batches: [1, 1] },
  ])('is a ring: $name', ({ capacity, batches }) => {
    follow(capacity, 3, batches, false, enqueue);
    follow(capacity, 2, batches, true, enqueue);
  });

  test('is a ring for drawn capacities and batches', () => {
    const rng = createRng(11, 'shapes');
    for (let trial = 0; trial < 12; trial++) {
      const [size, drawn] = [rng.integers([1], 20), rng.integers([6], 1_000_000)];
      const capacity = 1 + size.dataSync()[0]!;
      const batches = Array.from(drawn.dataSync(), (value) => 1 + (value % capacity));
      follow(capacity, 4, batches, trial % 2 === 0, enqueue);
      disposeTree([size, drawn]);
    }
  });

  test('compiled equals eager', () => {
    const compiled = compile(
      (inputs: { bank: BankState; keys: tf.Tensor2D; ids: tf.Tensor1D; step: tf.Scalar }) =>
        enqueue(inputs.bank, inputs.keys, inputs.ids, inputs.step),
      { name: 'enqueue' },
    );
    const write: Write = (bank, keys, ids, step) => compiled({ bank, keys, ids, step });
    follow(10, 3, [4, 4, 4, 4, 4], false, write);
    compiled.dispose();
  });

  test('leaves its input untouched and nothing behind', () => {
    const bank = initBank({ capacity: 5, dim: 2 }, createRng(1, 'bank'));
    const before = bank.rows.arraySync();
    const keys = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    leakFree([bank, keys, int1d([3, 4]), int0d(9)] as const, enqueue, (next) => {
      expect(bank.rows).toBeAllClose(before);
      expect(next.rows).toHaveShape([5, 2]);
      expect(next.labels).toBeUndefined();
    });
  });
});

describe('initBank', () => {
  test('starts empty, with unit rows that a seed fixes', () => {
    leakFree(
      [],
      () => [1, 1, 2].map((seed) => initBank({ capacity: 50, dim: 8, labels: true }, createRng(seed, 'bank'))),
      ([a, b, c]) => {
        for (const row of a!.rows.arraySync()) expect(row.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
        expect(b!.rows).toBeAllClose(a!.rows, { rtol: 0, atol: 0 });
        expect(Array.from(c!.rows.dataSync())).not.toEqual(Array.from(a!.rows.dataSync()));
        for (const column of [a!.ids, a!.writtenAt, a!.labels!]) expect(column).toBeAllClose(Array(50).fill(-1));
        expect([a!.cursor.dataSync()[0], a!.filled.dataSync()[0]]).toEqual([0, 0]);
      },
    );
  });
});

describe('errors', () => {
  const bank = () => initBank({ capacity: 3, dim: 2, labels: true }, createRng(1, 'bank'));
  test.each([
    { code: 'MOCHI_BANK_TOO_SMALL', keys: [4, 2], ids: 4, labels: 4 },
    { code: 'MOCHI_BANK_SHAPE', keys: [2, 3], ids: 2, labels: 2 },
    { code: 'MOCHI_BANK_SHAPE', keys: [2, 2], ids: 1, labels: 2 },
    { code: 'MOCHI_BANK_SHAPE', keys: [2, 2], ids: 2, labels: 3 },
    { code: 'MOCHI_BANK_LABELS_MISSING', keys: [2, 2], ids: 2, labels: 0 },
  ])('$code for keys $keys, $ids ids, $labels labels', ({ code, keys, ids, labels }) => {
    const state = bank();
    const given = [tf.zeros<tf.Rank.R2>(keys as [number, number]), int1d(Array(ids).fill(1)), int0d(0)] as const;
    const classes = labels ? int1d(Array(labels).fill(1)) : undefined;
    expect(() => enqueue(state, ...given, classes)).toThrow(expect.objectContaining({ code }) as Error);
    disposeTree([state, ...given, ...(classes ? [classes] : [])]);
  });

  test.each([
    { what: 'a step', got: 'float32', ids: int1d([1]), step: tf.scalar(3), labels: int1d([1]) },
    { what: 'a step', got: 'none (no tensor)', ids: int1d([1]), step: 3 as never, labels: int1d([1]) },
    { what: 'ids', got: 'float32', ids: tf.tensor1d([1]), step: int0d(3), labels: int1d([1]) },
    { what: 'labels', got: 'float32', ids: int1d([1]), step: int0d(3), labels: tf.tensor1d([1]) },
  ])('$what of dtype $got is named, and how it is made int32', ({ what, got, ids, step, labels }) => {
    const state = bank();
    expect(() => enqueue(state, tf.zeros([1, 2]), ids, step, labels)).toThrow(
      expect.objectContaining({
        code: 'MOCHI_BANK_DTYPE',
        happened: `The memory bank was given ${what} of dtype ${got}.`,
        fix: expect.stringContaining("'int32')") as string,
      }) as Error,
    );
    disposeTree(state);
  });
});
