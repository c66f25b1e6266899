import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree, referenceCase } from '@mochi/testing';
import { expect, test } from 'vitest';
import { contextOf, features, valuesOf } from '../../test/contexts.js';
import { accuracy } from '../accuracy.js';
import { rowsOf, type Rows } from '../features/rows.js';
import { knnConfig } from './config.js';
import { knnEvaluator } from './knn-evaluator.js';
import { voteByClass, weightedKnn } from './weighted-knn.js';

await startTensorFlow();

const reference = referenceCase('metrics', import.meta.url);
const rowsNamed = (name: string): Rows => {
  const [rows, dim] = reference.shape(name) as [number, number];
  return { rows, dim, features: Float32Array.from(reference.values(name)) };
};
const train = { ...rowsNamed('features'), labels: Int32Array.from(reference.values('labels')) };

test.each([
  { k: 20, temperature: 0.07, expected: 'knn_k20_t007' },
  { k: 200, temperature: 0.1, expected: 'knn_k200_t01' },
])('weightedKnn: k $k, T $temperature predicts what the reference does', ({ k, temperature, expected }) =>
  leakFree(
    [],
    () => weightedKnn(train, rowsNamed('test'), { k, temperature, classes: 7 }),
    (result) => expect([...result.predictions]).toEqual([...reference.values(expected)]),
  ),
);

test('votes are sums of exp(cosine / T), scaled to the nearest', () => {
  const neighbours = { k: 3, queries: 1, indices: Int32Array.of(2, 0, 1), similarities: Float32Array.of(0.5, 0.25, 0) };
  const votes = voteByClass(neighbours, Int32Array.of(1, 1, 0), 3, 0.25);
  expect(votes).toBeAllClose([1, Math.exp(-1) + Math.exp(-2), 0]);
});

test('a temperature at which exp overflows still decides', async () => {
  const near = { ...rowsOf([[1, 0], [0, 1], [0.1, 1]]), labels: Int32Array.of(0, 1, 1) }; // prettier-ignore
  const { predictions, votes } = await weightedKnn(near, rowsOf([[1, 0.1]]), { k: 3, temperature: 1e-4, classes: 2 });
  expect([...predictions]).toEqual([0]);
  expect([...votes].every(Number.isFinite)).toBe(true);
});

test('accuracy counts ties as argmax does, and scores that are not numbers as misses', () => {
  const scores = [1, 1, 0, /**/ 0, 2, 1, /**/ NaN, NaN, NaN];
  expect(accuracy(scores, 3, Int32Array.of(0, 1, 0))).toBeCloseTo(200 / 3);
  expect(accuracy(scores, 3, Int32Array.of(1, 2, 0))).toBe(0);
  expect(accuracy(scores, 3, Int32Array.of(1, 2, 0), 2)).toBeCloseTo(200 / 3);
});

const corners = [[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]]; // prettier-ignore
const splits = { train: features(corners, [0, 0, 1, 1]), test: features(corners, [0, 0, 1, 0]) };

test('the evaluator gives percent, and its settings say k and T', async () => {
  const evaluator = knnEvaluator(knnConfig.parse({ k: 2, temperature: 0.1, every: '10ep' }));
  const context = contextOf(splits);
  expect(valuesOf(await evaluator.run(context))).toEqual({ top1: 75 }); // two classes: no top5
  expect(evaluator).toMatchObject({ name: 'knn', everyEpochs: 10, atStart: false });
  expect(evaluator.settings).toEqual({
    k: 2,
    temperature: 0.1,
    layer: 'backbone',
    encoder: 'query',
    train: 'train',
    test: 'test',
    centre: false,
  });
  expect(context.asked).toEqual(['train', 'test'].map((split) => [split, { layer: 'backbone', encoder: 'query' }]));
  expect(evaluator.metrics).toContainEqual({ name: 'top1', unit: '%', better: 'higher' });
});

test('without a name, the split that is held out is classified, and the settings say which', async () => {
  const evaluator = knnEvaluator(knnConfig.parse({ k: 2 }));
  expect(evaluator.reads).toEqual([
    { option: 'train', split: 'train', labels: true, wanted: 2 },
    { option: 'test', split: null, labels: true },
  ]);
  await evaluator.run(contextOf({ train: splits.train, val: splits.test }));
  expect(evaluator.settings).toMatchObject({ test: 'val' });
  await expect(evaluator.run(contextOf({ train: splits.train }))).rejects.toMatchObject({ code: 'MOCHI_LABELS_NEEDED' });
});

test('with ten classes top5 is measured too', async () => {
  const eye = Array.from({ length: 10 }, (_, row) => Array.from({ length: 10 }, (_, d) => Number(row === d)));
  const all = Array.from(eye.keys());
  const shifted = features(eye, [1, ...all.slice(1)]);
  const result = valuesOf(await knnEvaluator(knnConfig.parse({})).run(contextOf({ train: features(eye, all), test: shifted })));
  expect(result['top1']).toBeCloseTo(90);
  expect(result['top5']).toBeCloseTo(100); // class 1 is tied with the eight others at cosine 0, and comes first
});

test('k beyond the labelled rows is clamped: said once, and in the settings', async () => {
  const said: string[] = [];
  const evaluator = knnEvaluator(knnConfig.parse({ k: 200 }), (message) => said.push(message));
  await evaluator.run(contextOf(splits));
  await evaluator.run(contextOf(splits));
  expect(said).toEqual([expect.stringContaining('k 200 is more than the 4 labelled rows')]);
  expect(evaluator.settings).toMatchObject({ k: 200, kUsed: 4 });
});

test('rows without a label neither vote nor count', async () => {
  const some = { train: features(corners, [-1, 0, -1, 1]), test: features(corners, [0, -1, 1, -1]) };
  expect(valuesOf(await knnEvaluator(knnConfig.parse({ k: 1 })).run(contextOf(some)))).toEqual({ top1: 100 });
});

test('centring sees what a common offset hides', async () => {
  const offset = (vectors: number[][]) => vectors.map(([x, y]) => [1 + x!, y!]);
  const far = { train: features(offset([[0.1, 0.01], [-0.1, 0.01]]), [0, 1]), test: features(offset([[0.3, -0.01], [-0.3, 0.03]]), [0, 1]) }; // prettier-ignore
  expect(valuesOf(await knnEvaluator(knnConfig.parse({ k: 1, centre: true })).run(contextOf(far)))).toEqual({ top1: 100 });
});

test.each([
  { name: 'no labels', given: { train: features(corners), test: splits.test }, code: 'MOCHI_LABELS_NEEDED' },
  {
    name: 'all unlabelled',
    given: { train: splits.train, test: features(corners, [-1, -1, -1, -1]) },
    code: 'MOCHI_LABELS_NEEDED',
  },
  { name: 'NaN', given: { train: splits.train, test: features([[NaN, 1]], [0]) }, code: 'MOCHI_FEATURES_NOT_FINITE' },
  { name: 'an empty split', given: { train: features([]), test: splits.test }, code: 'MOCHI_TOO_FEW_ROWS' },
])('the evaluator refuses $name: $code', async ({ given, code }) => {
  await expect(knnEvaluator(knnConfig.parse({})).run(contextOf(given))).rejects.toMatchObject({ code });
});

test.each([
  { every: null, epochs: null },
  { every: 3, epochs: 3 },
  { every: '10 epochs', epochs: 10 },
])('every $every is $epochs epochs', ({ every, epochs }) => expect(knnConfig.parse({ every }).every).toBe(epochs));

test.each(['500st', '0.5ep', '0ep', 'soon'])('every %s is refused', (every) =>
  expect(knnConfig.safeParse({ every }).success).toBe(false),
);
test('a misspelt key is refused', () => expect(() => knnConfig.parse({ temprature: 1 })).toThrow(/temprature/));

test('a grid of k and T: each pair under its own name', async () => {
  const evaluator = knnEvaluator(knnConfig.parse({ k: [1, 3], temperature: [0.07, 10] }));
  const grid = valuesOf(await evaluator.run(contextOf(splits)));
  expect(Object.keys(grid)).toEqual(['top1@k1,T0.07', 'top1@k1,T10', 'top1@k3,T0.07', 'top1@k3,T10']);
  for (const [k, temperature] of [
    [1, 10],
    [3, 0.07],
    [3, 10],
  ] as const) {
    // prettier-ignore
    const alone = valuesOf(await knnEvaluator(knnConfig.parse({ k, temperature })).run(contextOf(splits)));
    expect(grid[`top1@k${k},T${temperature}`]).toBe(alone['top1']);
  }
});

test('leave one out: the split is classified by itself, and no row by itself', async () => {
  const alone = features([[1, 0], [0.9, 0.1], [0, 1], [0.8, 0]], [0, 0, 1, 1]); // prettier-ignore
  const evaluator = knnEvaluator(knnConfig.parse({ k: 1, leaveOneOut: true }));
  expect(valuesOf(await evaluator.run(contextOf({ train: alone })))).toEqual({ top1: 25 });
  expect(evaluator.settings).toMatchObject({ leaveOneOut: true });
  expect(evaluator.settings).not.toHaveProperty('test');
});

test('one class only: MOCHI_ONE_CLASS', async () => {
  const one = { train: features(corners, [1, 1, 1, 1]), test: splits.test };
  await expect(knnEvaluator(knnConfig.parse({})).run(contextOf(one))).rejects.toMatchObject({ code: 'MOCHI_ONE_CLASS' });
});
