import type { SplitSource } from '@mochi/contract';
import { expect, test } from 'vitest';
import { heldOutSplit, noHeldOut } from './held-out.js';

/** Splits by name, with labels or without. */
const dataset = (labelled: Record<string, boolean>) => ({
  splits: Object.keys(labelled),
  split: async (name: string) => ({ labels: Int32Array.of(labelled[name] ? 0 : -1, -1) }) as unknown as SplitSource,
});

test.each([
  { name: 'test before val', splits: { train: true, val: true, test: true }, trained: 'train', held: 'test' },
  { name: 'not one without labels', splits: { train: true, val: true, test: false }, trained: 'train', held: 'val' },
  { name: 'any other name', splits: { train: true, extra: true }, trained: 'train', held: 'extra' },
  { name: 'not what is trained on', splits: { test: true, validation: true }, trained: 'test', held: 'validation' },
  { name: 'not what overlaps with it', splits: { train: true, trainval: true }, trained: 'train', held: undefined },
  { name: 'none', splits: { train: true }, trained: 'train', held: undefined },
])('the held-out split: $name', async ({ splits, trained, held }) => {
  expect(await heldOutSplit(dataset(splits as unknown as Record<string, boolean>), trained)).toBe(held);
});

test('labels may not be needed; where there is no such split, the error says what to do', async () => {
  expect(await heldOutSplit(dataset({ train: true, test: false }), 'train', false)).toBe('test');
  expect(noHeldOut('knn', 'test', ['train'])).toMatchObject({
    code: 'MOCHI_LABELS_NEEDED',
    fix: expect.stringMatching(/data\.holdout/),
  });
});
