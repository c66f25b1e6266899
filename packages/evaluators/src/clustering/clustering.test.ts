import { createRng, startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import { expect, test } from 'vitest';
import { contextOf, features, noiseRows, valuesOf } from '../../test/contexts.js';
import { rowsOf } from '../features/rows.js';
import { adjustedRandIndex, contingency, inMajority, normalisedMutualInformation } from './agreement.js';
import { clusteringEvaluator } from './clustering-evaluator.js';
import { clusteringConfig } from './config.js';
import { kMeans, seedCentres } from './k-means.js';

await startTensorFlow();

test.each([
  { name: 'the same partition under other names', clusters: [2, 2, 0, 0], labels: [0, 0, 1, 1], nmi: 1, ari: 1, purity: 100 },
  { name: 'independent', clusters: [0, 1, 0, 1], labels: [0, 0, 1, 1], nmi: 0, ari: -0.5, purity: 50 },
  { name: 'one cluster', clusters: [0, 0, 0, 0], labels: [0, 0, 1, 1], nmi: 0, ari: 0, purity: 50 },
])('agreement: $name', ({ clusters, labels, nmi, ari, purity }) => {
  const counts = contingency(clusters, labels);
  expect(normalisedMutualInformation(counts)).toBeCloseTo(nmi);
  expect(adjustedRandIndex(counts)).toBeCloseTo(ari);
  expect(inMajority(counts, clusters, labels).reduce((a, b) => a + b) / 4).toBe(purity);
});

test('k-means finds two heaps, and leaks nothing', () =>
  leakFree(
    [],
    () => kMeans(rowsOf([[0], [1], [10], [11]]), rowsOf([[0], [1]])), // prettier-ignore
    ({ assignments, centres, inertia }) => {
      expect([...assignments]).toEqual([0, 0, 1, 1]);
      expect(centres.features).toBeAllClose([0.5, 10.5]);
      expect(inertia).toBeCloseTo(1);
    },
  ));

test('a cluster that loses all rows takes the farthest one', async () => {
  const { assignments } = await kMeans(rowsOf([[0], [1], [2], [50]]), rowsOf([[1], [90], [95]])); // prettier-ignore
  expect(new Set(assignments).size).toBe(3);
});

test('seeds are rows, and depend on the stream alone', async () => {
  const rows = noiseRows(50, 3);
  const [first, again] = [await seedCentres(rows, 4, createRng(3, 's')), await seedCentres(rows, 4, createRng(3, 's'))];
  expect(first).toEqual(again);
  expect(first.rows).toBe(4);
  const equal = rowsOf([[1], [1], [1]]); // prettier-ignore
  expect((await seedCentres(equal, 3, createRng(1, 's'))).rows).toBe(3);
});

const heaps = features([[1, 0.1], [1, 0], [0, 1], [0.1, 1]], [0, 0, 1, 1]); // prettier-ignore

test('the evaluator: clusters are the classes', async () => {
  const evaluator = clusteringEvaluator(clusteringConfig.parse({}));
  expect(valuesOf(await evaluator.run(contextOf({ test: heaps })))).toEqual({ nmi: 1, ari: 1, purity: 100 });
  expect(evaluator.settings).toMatchObject({ clustersUsed: 2, layer: 'backbone', encoder: 'query' });
});

test.each([
  { name: 'no labels', split: features([[1], [2]]), options: {}, code: 'MOCHI_LABELS_NEEDED' }, // prettier-ignore
  { name: 'one class', split: features([[1], [2]], [4, 4]), options: {}, code: 'MOCHI_ONE_CLASS' }, // prettier-ignore
  { name: 'fewer rows than clusters', split: heaps, options: { clusters: 9 }, code: 'MOCHI_TOO_FEW_ROWS' },
  { name: 'NaN', split: features([[NaN], [2]], [0, 1]), options: {}, code: 'MOCHI_FEATURES_NOT_FINITE' }, // prettier-ignore
])('refuses $name: $code', async ({ split, options, code }) => {
  const evaluator = clusteringEvaluator(clusteringConfig.parse(options));
  await expect(evaluator.run(contextOf({ test: split }))).rejects.toMatchObject({ code });
});
