import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import { expect, test } from 'vitest';
import { contextOf, features, noiseRows, valuesOf } from '../../test/contexts.js';
import { nearestNeighbours } from '../features/nearest-neighbours.js';
import { rowsOf } from '../features/rows.js';
import { retrievalConfig } from './config.js';
import { retrievalEvaluator, rowsOfIds } from './retrieval-evaluator.js';
import { averagePrecisions, recallAt, retrievalRecall, retrieve } from './retrieval-recall.js';

await startTensorFlow();

const evaluate = async (options: object, splits: Parameters<typeof contextOf>[0]) =>
  valuesOf(await retrievalEvaluator(retrievalConfig.parse(options)).run(contextOf(splits)));

test('recallAt counts queries with a hit among the first k', () => {
  const neighbours = { k: 3, queries: 2, indices: Int32Array.of(5, 1, 2, 0, 4, 3), similarities: new Float32Array(6) };
  const match = (query: number, row: number) => row === [1, 3][query];
  expect([1, 2, 3, 50].map((k) => recallAt(neighbours, match, k))).toEqual([0, 50, 100, 100]);
});

test('retrievalRecall: of itself everything finds itself first, and nothing leaks', () => {
  const rows = noiseRows(30, 8);
  return leakFree(
    [],
    () => retrievalRecall(rows, rows, (query, row) => query === row, [1, 5]),
    (recall) => expect(recall).toEqual([100, 100]),
  );
});

test('retrievalRecall: random features find the like by chance', async () => {
  const recall = await retrievalRecall(noiseRows(400, 16, 1), noiseRows(40, 16, 2), (query, row) => query % 40 === row, [1, 40]);
  expect(recall[0]).toBeLessThan(10); // chance: 2.5 %
  expect(recall[1]).toBe(100);
});

test('centring is on unless switched off: an offset hides the direction', async () => {
  const queries = rowsOf([[10.2, 3.1], [9.8, 3.1]]); // prettier-ignore
  const gallery = rowsOf([[10.1, 3.05], [9.9, 2.95]]); // prettier-ignore
  const match = (query: number, row: number) => query === row;
  const direction = await nearestNeighbours(queries, gallery, 1);
  expect(await retrievalRecall(queries, gallery, match, [1])).toEqual([100]);
  expect(await retrievalRecall(queries, gallery, match, [1], { centre: false })).toEqual([recallAt(direction, match, 1)]);
  expect(recallAt(direction, match, 1)).toBeLessThan(100);
});

const gallery = features([[1, 0], [0, 1], [-1, -1]], [0, 1, 2], [7, 8, 9]); // prettier-ignore

test('by id: the rows of one split look for the same id in another', async () => {
  const queries = features([[0.1, 1], [1, 0.2], [1, 0.1]], undefined, [8, 7, 9]); // prettier-ignore
  const result = await evaluate({ by: 'id', queries: 'a', gallery: 'b', ks: [1, 3], centre: false }, { a: queries, b: gallery });
  expect(result['recall@1']).toBeCloseTo(200 / 3);
  expect(result['recall@3']).toBe(100);
});

test('by label: unlabelled queries do not count', async () => {
  const queries = features([[0.1, 1], [1, 0.2], [1, 0.1]], [1, -1, 2]); // prettier-ignore
  expect(await evaluate({ by: 'label', ks: [1] }, { test: queries, train: gallery })).toMatchObject({ 'recall@1': 50 });
});

test('a split that is searched for itself leaves the query out', async () => {
  const same = features([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], [0, 0, 1, 0], [3, 1, 2, 0]); // prettier-ignore
  const options = { by: 'label', queries: 'all', gallery: 'all', ks: [1], centre: false };
  expect(await evaluate(options, { all: same })).toMatchObject({ 'recall@1': 100 });
  expect(await evaluate({ ...options, excludeSelf: true }, { all: same })).toMatchObject({ 'recall@1': 50 });
});

test('averagePrecisions: all first is 100, and each later hit counts less', () => {
  const neighbours = {
    k: 4,
    queries: 3,
    indices: Int32Array.of(0, 1, 2, 3, 2, 0, 3, 1, 2, 3, 0, 1),
    similarities: new Float32Array(12),
  };
  const match = (_: number, row: number) => row < 2;
  // hits at ranks 1 and 2 of 2; at rank 2 of 2; none among the first 2
  expect([...averagePrecisions(neighbours, match, [2, 2, 2])]).toEqual([100, 25, 0]);
  expect([...averagePrecisions(neighbours, match, [0, 0, 0])]).toEqual([0, 0, 0]);
});

test('retrieve gives recall and precision query by query', async () => {
  const [queries, wide] = [noiseRows(9, 4, 1), noiseRows(300, 4, 2)];
  const counterparts = Int32Array.from({ length: 9 }, () => 100);
  const match = (query: number, row: number) => (row + query) % 3 === 0;
  const { recall, averagePrecision } = await retrieve(queries, wide, match, { ks: [1, 7], counterparts });
  expect(recall.map((hits) => hits.reduce((a, b) => a + b) / 9)).toEqual(await retrievalRecall(queries, wide, match, [1, 7]));
  expect(averagePrecision!.every((value) => value > 0 && value < 100)).toBe(true);
});

test('rowsOfIds', () => expect([...rowsOfIds(Int32Array.of(9, 1, 7), gallery.ids)]).toEqual([2, -1, 0]));

test.each([
  {
    name: 'by label without labels',
    options: { by: 'label' },
    splits: { test: features([[1, 1]]), train: gallery },
    code: 'MOCHI_LABELS_NEEDED',
  },
  {
    name: 'no id in common',
    options: { by: 'id' },
    splits: { test: features([[1, 1]], undefined, [1]), train: gallery },
    code: 'MOCHI_NO_MATCHES',
  },
  {
    name: 'by id within one split without the row itself',
    options: { by: 'id', queries: 'train', excludeSelf: true },
    ...{ splits: { train: gallery }, code: 'MOCHI_NO_MATCHES' },
  },
  {
    name: 'NaN',
    options: { by: 'id' },
    splits: { test: features([[NaN, 1]], undefined, [7]), train: gallery },
    code: 'MOCHI_FEATURES_NOT_FINITE',
  },
])('$name: $code', async ({ options, splits, code }) => {
  await expect(evaluate(options, splits as Parameters<typeof contextOf>[0])).rejects.toMatchObject({ code });
});

test('metrics have a unit and a direction for each k', () => {
  expect(retrievalEvaluator(retrievalConfig.parse({ ks: [1, 10], as: 'emoji' }))).toMatchObject({
    name: 'emoji',
    metrics: ['recall@1', 'recall@10', 'map@r'].map((name) => ({ name, unit: '%', better: 'higher' })),
  });
});
