import type { BankState, Encoder, MemoryBank, Method, SplitSource } from '@mochi/contract';
import { createRng, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkedBank } from './bank.js';
import { requireSplit } from './dataset.js';
import { checkedEncoder } from './encoder.js';
import { checkedMethod } from './method.js';

await startTensorFlow();

const [B, D, K] = [2, 3, 4];
const rng = createRng(1, 'test');
const ints = (shape: number[]) => tf.zeros(shape, 'int32');

const state: BankState = {
  rows: tf.zeros([K, D]),
  ids: ints([K]) as tf.Tensor1D,
  writtenAt: ints([K]) as tf.Tensor1D,
  cursor: tf.scalar(0, 'int32'),
  filled: tf.scalar(0, 'int32'),
};
const bank: MemoryBank = {
  ...{ name: 'bank', capacity: K, maskSelf: false, fill: 'random', keepLabels: false },
  ...{ init: () => state, mask: () => undefined, enqueue: (before) => before },
};
const useBank = (change: Partial<MemoryBank>) => {
  const checked = checkedBank({ ...bank, ...change }, 'acme-bank');
  const ids = tf.zeros([B], 'int32') as tf.Tensor1D;
  const first = checked.init({ dim: D, capacity: K }, rng);
  checked.mask(first, ids);
  checked.enqueue(first, tf.zeros([B, D]), ids, tf.scalar(0, 'int32'));
};

const encoder: Encoder = {
  name: 'acme-encoder',
  dims: { backbone: 6, head: D },
  init: () => ({ params: {}, stats: { mean: tf.zeros([D]) } }),
  apply: ({ stats }) => ({ backbone: tf.zeros([B, 6]), head: tf.zeros([B, D]), stats }),
};
const useEncoder = (change: Partial<Encoder>) => {
  const checked = checkedEncoder({ ...encoder, ...change });
  checked.apply(checked.init(rng), tf.zeros([B, 8, 8, 3]), 'eval');
};

const step = { loss: tf.scalar(1), state: { x: tf.zeros([1]) }, metrics: {}, shared: {} };
const method = {
  ...{ name: 'acme-method', views: ['query'], negatives: 'memory' },
  init: () => ({ params: {}, state: { x: tf.zeros([1]) } }),
  step: () => step,
  encoders: () => ({}),
} as unknown as Method;
const useMethod = (change: object) => {
  const checked = checkedMethod({ ...method, ...change });
  const { params, state: first } = checked.init({ encoder }, rng);
  const context = { draw: (request: unknown) => request } as never;
  checked.step({ encoder }, params, checked.advance?.(params, first, context) ?? first, {} as never, context);
};

const source: SplitSource = {
  ...{ name: 'train', length: 2, labels: Int32Array.of(0, -1), classes: ['a'], describe: String },
  images: { kind: 'files', paths: ['a.png', 'b.png'] },
};

describe('what keeps its word goes through as it is', () => {
  test('a bank, an encoder, a method and a split', () => {
    useBank({});
    useEncoder({});
    useMethod({});
    expect(requireSplit('acme-data', 'train', source)).toBe(source);
  });
});

describe('what does not is named, with what was got and what was wanted', () => {
  test.each<[string, () => void, RegExp]>([
    ['more rows than K', () => useBank({ enqueue: (s) => ({ ...s, rows: tf.zeros([K + B, D]) }) }), /enqueue of the bank of plugin acme-bank returned a float32 tensor of the shape \[6, 3\] as rows.*rows \[4, 3\] float32, as before/s], // prettier-ignore
    ['a field that is lost', () => useBank({ enqueue: ({ filled: _, ...s }) => s as BankState }), /returned nothing as filled/],
    [
      'a field that is new',
      () => useBank({ enqueue: (s) => ({ ...s, more: s.ids }) }),
      /returned more, which was not there before/,
    ],
    ['no state', () => useBank({ enqueue: () => undefined as never }), /enqueue .* returned undefined.*needs the word return/s],
    ['a first state of another type', () => useBank({ init: () => ({ ...state, ids: tf.zeros([K]) }) }), /init .* a float32 tensor of the shape \[4\] as ids.*ids \[4\] int32/s], // prettier-ignore
    ['a mask on its side', () => useBank({ mask: () => tf.zeros([K, B]) }), /mask of the bank of plugin acme-bank returned a float32 tensor of the shape \[4, 2\].*\[2, 4\]/s], // prettier-ignore
    ['labels that it keeps and does not have', () => useBank({ keepLabels: true }), /undefined as labels.*labels \[4\] int32/s],
    ['a width that is too large', () => useEncoder({ dims: { backbone: 12, head: D } }), /encoder acme-encoder returned a float32 tensor of the shape \[2, 6\] as backbone.*\[2, 12\], as its dims state/s], // prettier-ignore
    ['a head of another width', () => useEncoder({ dims: { backbone: 6, head: 1 } }), /\[2, 3\] as head.*\[2, 1\]/s],
    ['lost statistics', () => useEncoder({ apply: (w, x, m) => ({ ...encoder.apply(w, x, m), stats: {} }) }), /in its stats nothing as mean/], // prettier-ignore
    [
      'no weights',
      () => useEncoder({ init: () => tf.zeros([1]) as never }),
      /init of the encoder acme-encoder returned a tensor/,
    ],
    ['no loss', () => useMethod({ step: () => ({ ...step, loss: undefined }) }), /step of the method acme-method returned undefined as loss/], // prettier-ignore
    ['a loss for each image', () => useMethod({ step: () => ({ ...step, loss: tf.zeros([B]) }) }), /float32 tensor of the shape \[2\] as loss/], // prettier-ignore
    ['an async step', () => useMethod({ step: async () => step }), /returned a Promise.*Take the async off/s],
    ['no state of a step', () => useMethod({ step: () => ({ ...step, state: undefined }) }), /returned undefined as state/],
    ['no state of advance', () => useMethod({ advance: () => ({}) }), /advance of the method acme-method returned nothing as x/],
    ['no metrics', () => useMethod({ step: () => ({ ...step, metrics: undefined }) }), /undefined as metrics/],
    [
      'a metric that is a number',
      () => useMethod({ step: () => ({ ...step, metrics: { m: 1 } }) }),
      /the number 1 as the metric m/,
    ],
    ['keys without ids', () => useMethod({ step: () => ({ ...step, entries: { keys: tf.zeros([B, D]) } }) }), /undefined as ids of entries/], // prettier-ignore
    ['fewer ids than queries', () => useMethod({ step: (...given: unknown[]) => (given[4] as { draw(r: unknown): void }).draw({ queries: tf.zeros([4, D]), keys: tf.zeros([4, D]), ids: ints([B]) }) }), /method acme-method asked for negatives \(draw\) with an int32 tensor of the shape \[2\] as ids.*ids \[4\]/s], // prettier-ignore
    ['a split without length', () => requireSplit('acme-data', 'train', { ...source, length: undefined }), /split "train" of the data set acme-data has undefined as length/], // prettier-ignore
    ['images of no kind', () => requireSplit('acme-data', 'train', { ...source, images: { kind: 'file' } }), /images of the kind "file".*files, encoded, ranges, pixels/s], // prettier-ignore
    ['no images', () => requireSplit('acme-data', 'train', { ...source, images: undefined }), /undefined as images/],
    ['an image too few', () => requireSplit('acme-data', 'train', { ...source, images: { kind: 'files', paths: ['a'] } }), /2 samples, and files for 1/], // prettier-ignore
    [
      'a label too few',
      () => requireSplit('acme-data', 'train', { ...source, labels: Int32Array.of(0) }),
      /2 samples and 1 labels/,
    ],
    ['a label without a class', () => requireSplit('acme-data', 'train', { ...source, labels: Int32Array.of(0, 1) }), /the label 1 of sample 1, and 1 classes/], // prettier-ignore
    ['labels that are words', () => requireSplit('acme-data', 'train', { ...source, labels: ['a', 'b'] }), /an array of 2 as labels.*Int32Array/s], // prettier-ignore
  ])('%s', (_, use, message) => expect(() => tf.tidy(use)).toThrow(message));
});
