import { startTensorFlow } from '@mochi/tensorflow';
import { expect, test } from 'vitest';
import { contextOf, features, noiseRows } from '../../test/contexts.js';
import { rowsOf } from '../features/rows.js';
import { collapseEvaluator } from './collapse-evaluator.js';
import { collapseMeasures } from './collapse-measures.js';
import { collapseConfig } from './config.js';

await startTensorFlow();

test.each([
  { name: 'all rows the same', rows: [[1, 2], [2, 4], [3, 6]], spread: 0, meanCosine: 1, deadDimensions: 100 }, // prettier-ignore
  { name: 'four corners', rows: [[1, 0], [0, 1], [-1, 0], [0, -1]], spread: 1, meanCosine: -1 / 3, deadDimensions: 0 }, // prettier-ignore
  { name: 'one dimension is dead', rows: [[1, 0], [-1, 0]], spread: Math.SQRT1_2, meanCosine: -1, deadDimensions: 50 }, // prettier-ignore
])('$name', ({ rows, spread, meanCosine, deadDimensions }) => {
  const got = collapseMeasures(rowsOf(rows));
  for (const [name, value] of Object.entries({ spread, meanCosine, deadDimensions }))
    expect(got[name as keyof typeof got]).toBeCloseTo(value, 5);
});

test('noise is spread', () => expect(collapseMeasures(noiseRows(500, 16)).spread).toBeGreaterThan(0.95));

test('the evaluator needs two rows, no labels', async () => {
  const evaluator = collapseEvaluator(collapseConfig.parse({}));
  expect(await evaluator.run(contextOf({ photos: features([[1, 0], [1, 0]]) }))).toMatchObject({ meanCosine: 1 }); // prettier-ignore
  expect(evaluator.settings).toMatchObject({ split: 'photos', rows: 2 });
  await expect(evaluator.run(contextOf({ photos: features([[1, 0]]) }))).rejects.toMatchObject({ code: 'MOCHI_TOO_FEW_ROWS' });
});
