import { startTensorFlow } from '@mochi/tensorflow';
import { leakFree } from '@mochi/testing';
import { expect, test } from 'vitest';
import { noiseRows } from '../../test/contexts.js';
import { nearestNeighbours } from './nearest-neighbours.js';
import { centre, meanRow, normalise, requireFinite, rowsOf, type Rows } from './rows.js';

await startTensorFlow();

/** Cosines in float64, sorted; the lower row first among equals. */
function bruteForce(queries: Rows, references: Rows, query: number, exclude = -1): { row: number; cosine: number }[] {
  const at = ({ features, dim }: Rows, row: number) => Array.from(features.subarray(row * dim, (row + 1) * dim));
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
  const q = at(queries, query);
  return Array.from({ length: references.rows }, (_, row) => ({ row, r: at(references, row) }))
    .filter(({ row }) => row !== exclude)
    .map(({ row, r }) => ({ row, cosine: dot(q, r) / Math.sqrt(dot(q, q) * dot(r, r)) }))
    .sort((a, b) => b.cosine - a.cosine || a.row - b.row);
}

test.each([
  { name: 'one block', blockBytes: undefined, k: 5 },
  { name: 'a query at a time', blockBytes: 1, k: 5 },
  { name: 'uneven chunks', blockBytes: 4 * 40 * 7, k: 40 },
])('nearestNeighbours: $name agrees with brute force and leaks nothing', ({ blockBytes, k }) =>
  leakFree(
    [],
    () => nearestNeighbours(noiseRows(17, 6, 1), noiseRows(40, 6, 2), k, blockBytes ? { blockBytes } : {}),
    (found) => {
      for (let query = 0; query < 17; query++) {
        const want = bruteForce(noiseRows(17, 6, 1), noiseRows(40, 6, 2), query).slice(0, k);
        expect([...found.indices.slice(query * k, (query + 1) * k)]).toEqual(want.map(({ row }) => row));
        expect(found.similarities.slice(query * k, (query + 1) * k)).toBeAllClose(want.map(({ cosine }) => cosine));
      }
    },
  ),
);

test('nearestNeighbours: more references than one block holds are merged, lower rows first among equals', async () => {
  const rows = 65_536 + 20;
  const references = { rows, dim: 2, features: new Float32Array(2 * rows) };
  for (let row = 0; row < rows; row++) references.features.set([Math.cos(1 + row / rows), Math.sin(1 + row / rows)], 2 * row);
  for (const row of [70, 65_540, 65_550]) references.features.set([2, 0], 2 * row); // the nearest, on both sides of the border
  references.features.set([1, 0.1], 2 * 65_539);
  const found = await nearestNeighbours(rowsOf([[1, 0], [3, 0]]), references, 4); // prettier-ignore
  expect([...found.indices]).toEqual([70, 65_540, 65_550, 65_539, 70, 65_540, 65_550, 65_539]);
});

test('nearestNeighbours: each query may leave one row out, and still gets k', async () => {
  const rows = noiseRows(9, 4);
  const exclude = Int32Array.from([0, 1, 2, -1, 4, 5, 6, 7, 0]);
  const found = await nearestNeighbours(rows, rows, 3, { exclude });
  for (let query = 0; query < 9; query++) {
    const want = bruteForce(rows, rows, query, exclude[query]).slice(0, 3);
    expect([...found.indices.slice(query * 3, query * 3 + 3)]).toEqual(want.map(({ row }) => row));
  }
});

test('nearestNeighbours: k beyond the rows is clamped, one less where a row is left out', async () => {
  const rows = noiseRows(4, 3);
  expect((await nearestNeighbours(rows, rows, 100)).k).toBe(4);
  const without = await nearestNeighbours(rows, rows, 100, { exclude: Int32Array.from([0, 1, 2, 3]) });
  expect(without.k).toBe(3);
  expect(without.indices).not.toContain(-1);
});

test('nearestNeighbours: widths must agree, and an abort is heard', async () => {
  await expect(nearestNeighbours(noiseRows(2, 3), noiseRows(2, 4), 1)).rejects.toMatchObject({ code: 'MOCHI_FEATURES_MISMATCH' });
  const aborted = nearestNeighbours(noiseRows(2, 3), noiseRows(2, 3), 1, { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
});

test('centre takes the mean off, its own or another', () => {
  const rows = rowsOf([[1, 2], [3, 6]]); // prettier-ignore
  expect([...meanRow(rows)]).toEqual([2, 4]);
  expect([...centre(rows).features]).toEqual([-1, -2, 1, 2]);
  expect([...centre(rows, Float64Array.of(1, 0)).features]).toEqual([0, 2, 2, 6]);
  expect([...rows.features]).toEqual([1, 2, 3, 6]);
  expect(() => centre(rows, Float64Array.of(1))).toThrow(/MOCHI_FEATURES_MISMATCH/);
});

test('the mean of many rows keeps its digits', () => {
  const rows = 300_000;
  const mean = meanRow({ rows, dim: 1, features: new Float32Array(rows).fill(0.1) });
  expect(mean).toBeAllClose([Math.fround(0.1)], { rtol: 1e-10 });
});

test('normalise: unit rows, and zeros stay zeros', () => {
  const long = Math.fround(1e30); // its square overflows float32
  expect(normalise(rowsOf([[3, 4], [0, 0], [long, 0]])).features).toBeAllClose([0.6, 0.8, 0, 0, 1, 0]); // prettier-ignore
});

test('features that are not finite are refused, with the row', () => {
  expect(() => requireFinite(rowsOf([[1, 2], [3, NaN], [Infinity, 0]]), 'split test')).toThrow(/2 numbers of the features of split test.*row 1/s); // prettier-ignore
  expect(() => rowsOf([[1, 2], [3]])).toThrow(/Row 1 has 1 numbers/); // prettier-ignore
});
