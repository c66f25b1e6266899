import { startTensorFlow } from '@mochi/tensorflow';
import { ReferenceCase, parseSafetensors } from '@mochi/testing';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createRng } from '@mochi/tensorflow';
import { accuracy, crossEntropy } from './accuracy.js';
import { classDistances } from './class-concentration/class-distances.js';
import { adjustedRandIndex, contingency, inMajority, normalisedMutualInformation } from './clustering/agreement.js';
import { kMeans } from './clustering/k-means.js';
import { nearestNeighbours } from './features/nearest-neighbours.js';
import { normalise, takeRows, type LabelledRows } from './features/rows.js';
import { voteByClass, weightedKnn } from './knn/weighted-knn.js';
import { lidar } from './lidar/lidar.js';
import { linearProbe } from './linear/linear-probe.js';
import { effectiveRank, rankMe } from './representation/rank-me.js';
import { retrieve } from './retrieval/retrieval-recall.js';
import { meanOf } from '@mochi/core';

await startTensorFlow();

// Values of scikit-learn and NumPy on the same features; make_golden.py says how.
const golden = new ReferenceCase(
  'statistics',
  parseSafetensors(readFileSync(new URL('../test/golden/statistics.safetensors', import.meta.url))),
);
const split = (name: string): LabelledRows => {
  const [rows, dim] = golden.shape(name) as [number, number];
  const labels = Int32Array.from(golden.values(`${name}Labels`));
  return { rows, dim, features: Float32Array.from(golden.values(name)), labels };
};
const [train, held] = [split('train'), split('test')];
const classes = 6;
const self = Int32Array.from({ length: train.rows }, (_, row) => row);
/** Less than one apart in the last digit that is printed. Printed alike they need not be: a processor with other kernels sums in another order. */
function expectAlike(got: number | number[], want: number | number[], digits = 2): void {
  expect([got].flat()).toBeAllClose([want].flat(), { rtol: 0, atol: 10 ** -digits });
}

test.each([
  { k: 1, temperature: 0.07 },
  { k: 20, temperature: 0.07 },
  { k: 100, temperature: 0.5 },
])(
  // prettier-ignore
  'knn, k $k, T $temperature',
  async ({ k, temperature }) => {
    const { votes } = await weightedKnn(train, held, { k, temperature, classes });
    expectAlike(accuracy(votes, classes, held.labels), golden.number(`knn_${k}_${temperature}`));
  },
);

test('knn, leave one out', async () => {
  const neighbours = await nearestNeighbours(train, train, 1, { exclude: self });
  const votes = voteByClass(neighbours, train.labels, classes, 1);
  expectAlike(accuracy(votes, classes, train.labels), golden.number('knn_leave_one_out'));
});

const base = { classes, standardise: false, validation: 0.1, rates: [], epochs: 1, batchSize: 1, momentum: 0, weightDecay: 0 };
const probe = (solver: 'lbfgs' | 'ridge', penalty: number) =>
  linearProbe(train, held, { ...base, solver, penalties: [penalty], iterations: 500, rng: createRng(1, 'golden') });

test.each([1e-3, 1e-1])('logistic regression, penalty %s', async (penalty) => {
  const { logits } = await probe('lbfgs', penalty);
  const name = `logistic_${penalty === 1e-3 ? '0.001' : '0.1'}`;
  expectAlike(accuracy(logits, classes, held.labels), golden.number(`${name}_top1`));
  expectAlike(crossEntropy(logits, classes, held.labels), golden.number(`${name}_nats`), 4);
});

test.each([1e-3, 1e-1])('ridge, penalty %s', async (penalty) => {
  const { logits } = await probe('ridge', penalty);
  const name = `ridge_${penalty === 1e-3 ? '0.001' : '0.1'}`;
  expectAlike(accuracy(logits, classes, held.labels), golden.number(`${name}_top1`));
  expect(logits).toBeAllClose(golden.values(`${name}_scores`), { rtol: 1e-4, atol: 1e-4 });
});

test('k-means from the same centres: every assignment, inertia, NMI, ARI, purity', async () => {
  const unit = normalise(train);
  const { assignments, inertia } = await kMeans(unit, takeRows(unit, [0, 1, 2, 3, 4, 5]));
  expect([...assignments]).toEqual([...golden.values('kmeansLabels')]);
  const counts = contingency(assignments, train.labels);
  const purity = meanOf(inMajority(counts, assignments, train.labels));
  const got = [inertia, normalisedMutualInformation(counts), adjustedRandIndex(counts), purity];
  const want = ['kmeans_inertia', 'nmi', 'ari', 'purity'].map((name) => golden.number(name));
  expectAlike(got, want, 4);
});

test('RankMe, effective rank, LiDAR', async () => {
  const views = [0, 1, 2, 3].map((view) =>
    takeRows(
      train,
      Array.from({ length: 75 }, (_, object) => 4 * object + view),
    ),
  );
  const got = [await rankMe(train), await effectiveRank(train), await lidar(views)];
  const want = ['rankme', 'effective_rank', 'lidar'].map((name) => golden.number(name));
  expectAlike(got, want, 4);
});

test('class concentration, class by class', async () => {
  const ratios = (await classDistances(train)).map(({ inter, intra }) => inter / intra);
  expect(ratios).toBeAllClose(golden.values('concentration'), { rtol: 1e-5 });
});

test('mAP@R of a split within itself', async () => {
  const sizes = [0, 1, 2, 3, 4, 5].map((label) => train.labels.filter((one) => one === label).length);
  const counterparts = train.labels.map((label) => sizes[label]! - 1);
  const match = (query: number, row: number) => train.labels[query] === train.labels[row];
  const found = await retrieve(train, train, match, { ks: [1], counterparts }, { centre: false, exclude: self });
  expectAlike(meanOf(found.averagePrecision!), golden.number('map_at_r'));
  expectAlike(meanOf(found.recall[0]!), golden.number('knn_leave_one_out'));
});
