import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import { expect, test } from 'vitest';
import { contextOf, features, valuesOf } from '../../test/contexts.js';
import { classConcentrationEvaluator } from './class-concentration-evaluator.js';
import { classDistances } from './class-distances.js';
import { classConcentrationConfig } from './config.js';

await startTensorFlow();

const corner = Math.SQRT2; // of two unit vectors at a right angle
const rows = features([[1, 0], [0, 2], [-1, 0], [0, -3]], [0, 0, 1, 1]); // prettier-ignore

test('distances at unit length, class by class', () =>
  leakFree(
    [],
    () => classDistances({ ...rows, labels: rows.labels! }),
    (classes) => {
      expect(classes.map(({ label, rows: count }) => [label, count])).toEqual([[0, 2], [1, 2]]); // prettier-ignore
      expect(classes.map(({ intra }) => intra)).toBeAllClose([corner, corner]);
      expect(classes.map(({ inter }) => inter)).toBeAllClose([(2 + corner) / 2, (2 + corner) / 2]);
    },
  ));

const run = (split: ReturnType<typeof features>, options = {}) =>
  classConcentrationEvaluator(classConcentrationConfig.parse(options)).run(contextOf({ test: split }));

test('the ratio, its distribution, and an interval over classes', async () => {
  const result = await run(rows);
  const ratio = (2 + corner) / 2 / corner;
  expect(Object.values(valuesOf(result)).slice(0, 4)).toBeAllClose([ratio, ratio, ratio, ratio]);
  expect(result['concentration']).toMatchObject({ n: 2 });
});

test('classes that are points are as concentrated as can be, and still a number', async () => {
  const points = features([[1, 0], [1, 0], [0, 1], [0, 1]], [0, 0, 1, 1]); // prettier-ignore
  expect(valuesOf(await run(points))['concentration']).toBeGreaterThan(1000);
});

test.each([
  { name: 'no labels', split: features([[1]]), code: 'MOCHI_LABELS_NEEDED' },
  { name: 'one class', split: features([[1], [2]], [1, 1]), code: 'MOCHI_ONE_CLASS' }, // prettier-ignore
  { name: 'one row of each class', split: features([[1], [2]], [0, 1]), code: 'MOCHI_TOO_FEW_ROWS' }, // prettier-ignore
])('refuses $name: $code', async ({ split, code }) => {
  await expect(run(split)).rejects.toMatchObject({ code });
});
