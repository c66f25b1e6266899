import { describe, expect, test } from 'vitest';
import { project } from '../project/project.js';
import { bandOf } from '../sections/curves.js';
import { differences } from '../sections/config.js';
import { profileChart } from '../sections/profile.js';
import { curvesOf } from '../run/events.js';
import { chartTable, toCsv } from './chart-table.js';
import { scriptJson } from './escape.js';
import { digits } from './numbers.js';
import { smooth, thin } from './smooth.js';

describe('curves', () => {
  test('smoothing begins at the first reading and forgets at the rate that is asked for', () => {
    expect(smooth([[0, 8], [1, 0], [2, 0]], 0.5)).toEqual([[0, 8], [1, 8 / 3], [2, 2 / 1.75]]); // prettier-ignore
    expect(smooth([[0, 8], [1, 3]], 0)).toEqual([[0, 8], [1, 3]]); // prettier-ignore
  });

  test('thinning keeps the mean and at most so many points', () => {
    const points = Array.from({ length: 10 }, (_, at) => [at, 2 * at] as const);
    expect(thin(points, 5)).toEqual([[0.5, 1], [2.5, 5], [4.5, 9], [6.5, 13], [8.5, 17]]); // prettier-ignore
    expect(thin(points, 10)).toBe(points);
  });

  test('bands are over the steps that every seed has', () =>
    expect(bandOf([[[1, 2], [2, 4]], [[1, 4], [2, 4], [3, 9]]])).toEqual({ mean: [[1, 3], [2, 4]], band: [[1, 3 - Math.SQRT2, 3 + Math.SQRT2], [2, 4, 4]] })); // prettier-ignore
});

test('configs differ where their leaves do; entries of lists go by their names', () => {
  const a = { sampler: [{ name: 'mochi', n: 8 }], seed: 1, list: [1, 2] };
  const b = { sampler: [{ name: 'mochi', n: 9 }], seed: 1, list: [1, 2], late: true };
  expect(differences([a, b])).toEqual([
    { path: 'sampler.mochi.n', values: [8, 9] },
    { path: 'late', values: [undefined, true] },
  ]);
  expect(differences([a, null])).toEqual([]);
});

test('the profile is a grid of ranks over epochs, means within each', () => {
  const lines = [1, 2, 3, 4, 5, 6].map((step) => ({ type: 'step-end', step, lossNats: 1, metrics: { matchingProbability2: step / 10, matchingProbability1: step } })); // prettier-ignore
  const chart = profileChart({ name: 'run', curves: curvesOf(lines), stepsPerEpoch: 2 }, 0)!;
  expect(chart.x).toEqual({ label: 'epoch', values: [1, 2, 3] });
  expect(chart.y.values).toEqual([1, 2]);
  expect(chart.cells).toEqual([[1.5, 3.5, 5.5], [0.15, 0.35, 0.55]]); // prettier-ignore
  expect(profileChart({ name: 'run', curves: new Map(), stepsPerEpoch: 2 }, 0)).toBeNull();
});

test('the table of a chart has what is drawn; CSV quotes what has to be', () => {
  const lines = [{ group: 1, name: 'base, rate', points: [[1, 0.5]] as const }];
  const table = chartTable({ kind: 'curves', id: 'x', title: 't', summary: 's', x: { label: 'step' }, y: { label: 'share' }, lines, smooth: false }, ['a', 'b']); // prettier-ignore
  expect(toCsv(table)).toBe('run,line,step,share\nb,"base, rate",1,0.5\n');
  const matrix = chartTable({ kind: 'matrix', id: 'x', title: 't', summary: 's', rows: { label: 'class' }, columns: { label: 'taken for' }, classes: ['p', 'q'], counts: [[1, 0], [3, 2]] }, []); // prettier-ignore
  expect(matrix.rows).toEqual([['q', 'p', 3], ['q', 'q', 2], ['p', 'p', 1]]); // prettier-ignore
});

test('numbers in four digits; no text ends the script that it is in', () => {
  expect([0.012345, 1234.56, 0, -1e-7, NaN].map(digits)).toEqual(['0.01235', '1,235', '0', '-1e-7', 'NaN']);
  expect(scriptJson({ text: '</script><b>' })).toBe('{"text":"\\u003c/script>\\u003cb>"}');
});

describe('projections', () => {
  /** Two groups of unit vectors about two axes. */
  const features = (rows: number): Float32Array =>
    Float32Array.from({ length: rows * 4 }, (_, at) => {
      const [row, axis] = [Math.floor(at / 4), at % 4];
      return axis === row % 2 ? 1 : 0.1 * Math.sin(17 * at);
    });

  test('PCA and UMAP keep two groups apart, and are the same each time', () => {
    const views = project(features(40), 4);
    expect(views.map(({ name }) => name)).toEqual(['PCA', 'UMAP']);
    const between = (points: readonly (readonly [number, number])[], a: number, b: number): number => Math.hypot(points[a]![0] - points[b]![0], points[a]![1] - points[b]![1]); // prettier-ignore
    for (const { points } of views) expect(between(points, 0, 1)).toBeGreaterThan(2 * between(points, 0, 2));
    expect(views[0]!.axes[0]).toMatch(/^component 1 \(9\d % of the variance\)$/);
    expect(project(features(40), 4)).toEqual(views);
  });

  test('too few images for neighbourhoods: PCA alone, then nothing', () => {
    expect(project(features(8), 4).map(({ name }) => name)).toEqual(['PCA']);
    expect(project(features(2), 4)).toEqual([]);
  });
});
