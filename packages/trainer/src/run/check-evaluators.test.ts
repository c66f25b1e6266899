import type { Evaluator, SplitSource, SplitUse } from '@mochi/contract';
import { expect, test } from 'vitest';
import { checkEvaluators } from './check-evaluators.js';

const labels: Record<string, Int32Array | undefined> = { train: Int32Array.of(0, 1, -1), val: Int32Array.of(1), test: undefined };
const dataset = {
  name: 'some',
  splits: Object.keys(labels),
  split: async (name: string) => ({ name, labels: labels[name] }) as unknown as SplitSource,
};
const said: string[] = [];
const check = (...reads: SplitUse[]) =>
  checkEvaluators([{ name: 'knn', reads } as unknown as Evaluator, { name: 'silent' } as Evaluator], {
    ...{ dataset, trained: 'train' },
    warn: (_, message) => said.push(message),
  });
const train = { option: 'train', split: 'train', labels: true };

test('what evaluators read is there: the splits are told, the held-out one by name', async () => {
  expect(await check(train, { option: 'test', split: null, labels: true })).toEqual({ knn: ['train', 'val'], silent: [] });
  expect(await check({ option: 'split', split: 'test', labels: false })).toMatchObject({ knn: ['test'] });
});

test.each([
  { name: 'a split that the data lack', use: { option: 'test', split: 'tset', labels: true }, code: 'MOCHI_UNKNOWN_SPLIT', says: /"tset" \(its option test\)/ },
  { name: 'labels that a split lacks', use: { option: 'test', split: 'test', labels: true }, code: 'MOCHI_LABELS_NEEDED', says: /the split test/ },
])('$name are an error', async ({ use, code, says }) => {
  await expect(check(train, use)).rejects.toMatchObject({ code, happened: expect.stringMatching(says) });
}); // prettier-ignore

test('fewer labelled images than are asked for are told', async () => {
  await check({ ...train, wanted: 200 });
  expect(said).toEqual([expect.stringMatching(/knn asks for 200 labelled images of train, which has 2/)]);
});
