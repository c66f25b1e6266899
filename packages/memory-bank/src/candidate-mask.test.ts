import type { BankState } from '@mochi/contract';
import { compile, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { candidateMask, fifoBank, fifoConfig } from './index.js';

await startTensorFlow();

const no = -Infinity;
const ints = (values: number[]) => tf.tensor1d(values, 'int32');

/** Five rows: samples 7, 8, 7, then two that nobody wrote. */
const bank = (): BankState => ({
  rows: tf.zeros([5, 2]),
  ids: ints([7, 8, 7, -1, -1]),
  writtenAt: ints([0, 0, 1, -1, -1]),
  cursor: tf.scalar(3, 'int32'),
  filled: tf.scalar(3, 'int32'),
});

const cases = [
  { name: 'unwritten rows', fill: 'mask', maskSelf: false, ids: [7, 9], want: [0, 0, 0, no, no, 0, 0, 0, no, no] },
  { name: 'own rows', fill: 'random', maskSelf: true, ids: [7, 9], want: [no, 0, no, 0, 0, 0, 0, 0, 0, 0] },
  { name: 'both', fill: 'mask', maskSelf: true, ids: [8, 7], want: [0, no, 0, no, no, no, 0, no, no, no] },
  { name: 'an id that is no sample hides nothing', fill: 'random', maskSelf: true, ids: [-1], want: [0, 0, 0, 0, 0] },
] as const;

test.each(cases)('candidateMask leaves out $name', ({ fill, maskSelf, ids, want }) =>
  leakFree(
    [bank(), ints([...ids])] as const,
    (state, queries) => candidateMask({ bank: state, ids: queries, fill, maskSelf })!,
    (mask) => {
      expect(mask).toHaveShape([ids.length, 5]);
      expect(mask.dtype).toBe('float32');
      expect(mask).toBeAllClose([...want], { rtol: 0, atol: 0 });
    },
  ),
);

test('candidateMask is nothing where every row may be drawn', () =>
  leakFree(
    [bank(), ints([7])] as const,
    (state, ids) => ({
      mask: candidateMask({ bank: state, ids, fill: 'random', maskSelf: false }),
    }),
    ({ mask }) => expect(mask).toBeUndefined(),
  ));

test('a compiled mask equals an eager one', () => {
  const mask = (state: BankState, ids: tf.Tensor1D) => candidateMask({ bank: state, ids, fill: 'mask', maskSelf: true })!;
  const compiled = compile((inputs: { state: BankState; ids: tf.Tensor1D }) => mask(inputs.state, inputs.ids), { name: 'mask' });
  leakFree(
    [bank(), ints([7, 8, 9])] as const,
    (state, ids) => ({ eager: mask(state, ids), traced: compiled({ state, ids }) }),
    ({ eager, traced }) => expect(traced).toBeAllClose(eager, { rtol: 0, atol: 0 }),
  );
  compiled.dispose();
});

test('the bank of a config has its flags, and a misspelt key is an error', () => {
  expect(fifoBank(fifoConfig.parse({}))).toMatchObject({ capacity: 16384, fill: 'random', maskSelf: false, keepLabels: false });
  expect(fifoBank(fifoConfig.parse({ capacity: 32, fill: 'mask', maskSelf: true, labels: true }))).toMatchObject({
    name: 'bank',
    capacity: 32,
    fill: 'mask',
    maskSelf: true,
    keepLabels: true,
  });
  expect(() => fifoConfig.parse({ capcity: 32 })).toThrow(/capcity/);
  expect(() => fifoConfig.parse({ capacity: 0 })).toThrow();
});
