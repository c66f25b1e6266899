import type { ImageStore } from '@mochi/contract';
import { expect, test } from 'vitest';
import { blockOrder, blockStarts } from './block-order.js';

/** Three files of 10, 1 and 9 images of a quarter MiB each. */
const COUNTS = [10, 1, 9];
const images: ImageStore = {
  kind: 'ranges',
  files: ['a', 'b', 'c'],
  file: Int32Array.from(COUNTS.flatMap((count, file) => Array.from({ length: count }, () => file))),
  offset: new Float64Array(20),
  length: new Float64Array(20).fill(2 ** 18),
};

test('blocks are of one file and of about the size asked for', () => {
  expect([...blockStarts(images, 20, 1)]).toEqual([0, 4, 8, 10, 11, 15, 19, 20]);
  expect([...blockStarts(images, 20, 100)]).toEqual([0, 10, 11, 20]);
  expect([...blockStarts(images, 20, 0.01)]).toEqual(Array.from({ length: 21 }, (_, at) => at)); // an image is never divided
  expect([...blockStarts({ kind: 'files', paths: ['x', 'y'] }, 2, 1)]).toEqual([0, 2]);
});

test('every image once, the same for a seed and epoch and another for others', () => {
  const starts = blockStarts(images, 20, 1);
  const order = (seed: number, epoch: number): number[] => [...blockOrder(starts, 2, seed, epoch)];
  expect([...order(1, 0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  expect(order(1, 0)).toEqual(order(1, 0));
  expect(order(1, 1)).not.toEqual(order(1, 0));
  expect(order(2, 0)).not.toEqual(order(1, 0));
});

test('at a time, images of as many blocks as asked for, shuffled', () => {
  const starts = blockStarts(images, 20, 100); // the files
  const order = [...blockOrder(starts, 1, 5, 0)];
  const files = order.map((at) => (images as { file: Int32Array }).file[at]!);
  expect(files.filter((file, at) => at === 0 || file !== files[at - 1])).toHaveLength(3);
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
  const seen = new Set([0, 1, 2, 3, 4, 5, 6, 7].map((epoch) => blockOrder(starts, 1, 5, epoch)[0]! >= 11));
  expect(seen.size).toBe(2); // not always the same file first
});
