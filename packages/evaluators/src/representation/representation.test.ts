import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree, referenceCase } from '@mochi/testing';
import { expect, test } from 'vitest';
import { contextOf, features, noiseRows, valuesOf } from '../../test/contexts.js';
import { rowsOf, type Rows } from '../features/rows.js';
import { alignment } from './alignment.js';
import { representationConfig } from './config.js';
import { entropyRank, rankMe } from './rank-me.js';
import { representationEvaluator } from './representation-evaluator.js';
import { uniformity } from './uniformity.js';

await startTensorFlow();

const reference = referenceCase('metrics', import.meta.url);
const rowsNamed = (name: string): Rows => {
  const [rows, dim] = reference.shape(name) as [number, number];
  return { rows, dim, features: Float32Array.from(reference.values(name)) };
};
const close = { rtol: 1e-4, atol: 0 };
const eye = (size: number) =>
  rowsOf(Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, d) => Number(row === d))));

test('alignment, uniformity and RankMe are the reference', async () => {
  expect([alignment(rowsNamed('features'), rowsNamed('positives'))]).toBeAllClose([reference.number('alignment')], close);
  await leakFree(
    [],
    () => uniformity(rowsNamed('features')),
    (value) => expect([value]).toBeAllClose([reference.number('uniformity')], close),
  );
  await leakFree(
    [],
    () => rankMe(rowsNamed('features')),
    (value) => expect([value]).toBeAllClose([reference.number('rankme')], close),
  );
});

test.each([
  { name: 'equal: 0', a: [[1, 2]], b: [[2, 4]], alpha: 2, want: 0 },
  { name: 'opposite: 4', a: [[1, 0]], b: [[-3, 0]], alpha: 2, want: 4 },
  { name: 'a right angle, alpha 1: root of 2', a: [[1, 0]], b: [[0, 1]], alpha: 1, want: Math.SQRT2 },
])('alignment: $name', ({ a, b, alpha, want }) => expect([alignment(rowsOf(a), rowsOf(b), alpha)]).toBeAllClose([want]));

test('alignment: each row has one positive', () => {
  expect(() => alignment(eye(3), rowsOf([[1, 0, 0]]))).toThrow(/MOCHI_FEATURES_MISMATCH/);
});

test.each([
  { name: 'all rows coincide: 0', rows: rowsOf([[1, 0], [2, 0], [3, 0]]), t: 2, want: 0 }, // prettier-ignore
  { name: 'dead features coincide too', rows: rowsOf([[0, 0], [0, 0]]), t: 2, want: 0 }, // prettier-ignore
  { name: 'right angles: -2t', rows: eye(4), t: 3, want: -6 },
])('uniformity: $name', async ({ rows, t, want }) => expect([await uniformity(rows, t)]).toBeAllClose([want], { atol: 1e-5 }));

test('uniformity needs a pair', async () => {
  await expect(uniformity(rowsOf([[1, 0]]))).rejects.toMatchObject({ code: 'MOCHI_TOO_FEW_ROWS' });
});

test.each([
  { name: 'an identity uses every dimension', rows: eye(6), want: 6 },
  { name: 'a line uses one', rows: rowsOf([[1, 2], [2, 4], [-1, -2]]), want: 1 }, // prettier-ignore
  { name: 'a point is one', rows: rowsOf([[0, 0], [0, 0]]), want: 1 }, // prettier-ignore
])('rankMe: $name', async ({ rows, want }) => expect([await rankMe(rows)]).toBeAllClose([want], { rtol: 1e-4 }));

test('entropyRank is exp of the entropy', () =>
  expect([entropyRank([3, 1], 0)]).toBeAllClose([Math.exp(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)))]));

const cloud = noiseRows(50, 6);
const split = { ...cloud, ids: Int32Array.from({ length: 50 }, (_, row) => row) };

test('the evaluator measures the first split, and says which', async () => {
  const evaluator = representationEvaluator(representationConfig.parse({}));
  const context = contextOf({ photos: split, other: split });
  const values = await evaluator.run(context);
  expect(Object.keys(values)).toEqual(evaluator.metrics.map(({ name }) => name));
  expect([values['uniformity'], values['rankme']] as number[]).toBeAllClose([await uniformity(cloud), await rankMe(cloud)]);
  expect(evaluator.settings).toMatchObject({ split: 'photos', rows: 50, t: 2, layer: 'backbone' });
});

test('positives are paired by id, whatever their order', async () => {
  const a = features([[1, 0], [0, 1], [1, 1]], undefined, [0, 1, 2]); // prettier-ignore
  const b = features([[5, 5], [0, 2]], undefined, [2, 1]); // prettier-ignore
  const evaluator = representationEvaluator(representationConfig.parse({ split: 'a', pairs: 'b' }));
  expect([valuesOf(await evaluator.run(contextOf({ a, b })))['alignment']!]).toBeAllClose([0]);
  expect(evaluator.metrics).toContainEqual({ name: 'alignment', unit: 'squared distance', better: 'lower' });
  const none = { ...b, ids: Int32Array.of(8, 9) };
  await expect(evaluator.run(contextOf({ a, b: none }))).rejects.toMatchObject({ code: 'MOCHI_NO_MATCHES' });
});

test('more rows than asked for are sampled, the same ones each time', async () => {
  const run = async () => {
    const evaluator = representationEvaluator(representationConfig.parse({ maxRows: 20 }));
    return { values: await evaluator.run(contextOf({ photos: split })), settings: evaluator.settings };
  };
  const [first, second] = [await run(), await run()];
  expect(first).toEqual(second);
  expect(first.settings).toMatchObject({ rows: 20 });
  expect(first.values['uniformity']).not.toBe(await uniformity(cloud));
});
