import { PCA } from 'ml-pca';
import { UMAP } from 'umap-js';
import type { Point } from '../page/charts.js';

/** Samples in the plane. */
export interface Projection {
  readonly name: string;
  readonly axes: readonly [string, string];
  readonly points: readonly Point[];
}

/** Dimensions that UMAP starts from: more cost time and change little. */
const KEPT = 30;
/** Fewer samples than this have no neighbourhoods to speak of. */
const LEAST_FOR_UMAP = 16;

/**
 * PCA and UMAP of feature vectors, each made to unit length first, as cosines see them. The same features give the same maps.
 *
 * @param features Row-major [rows, dim].
 * @returns PCA alone where there are few samples; nothing below three.
 * @see McInnes et al. 2018, arXiv:1802.03426
 */
export function project(features: Float32Array, dim: number): Projection[] {
  const rows = unitRows(features, dim);
  if (rows.length < 3) return [];
  const kept = Math.min(KEPT, dim, rows.length - 1);
  const pca = new PCA(rows, { method: 'NIPALS', nCompNIPALS: kept, scale: false, center: true });
  const components = pca.predict(rows, { nComponents: kept }).to2DArray();
  const shares = explained(rows, components);
  const second = components.map((row): Point => [row[0]!, row[1] ?? 0]);
  const percent = (at: number): string => `component ${at + 1} (${(100 * (shares[at] ?? 0)).toFixed(0)} % of the variance)`;
  const linear: Projection = { name: 'PCA', axes: [percent(0), percent(1)], points: second.map(roundedPoint) };
  if (rows.length < LEAST_FOR_UMAP) return [linear];
  const umap = new UMAP({ nNeighbors: Math.min(15, rows.length - 1), minDist: 0.1, random: generator(1) });
  const points = umap.fit(components).map(([x, y]): Point => roundedPoint([x!, y!]));
  return [linear, { name: 'UMAP', axes: ['UMAP 1', 'UMAP 2'], points }];
}

const roundedPoint = ([x, y]: Point): Point => [Number(x.toFixed(4)), Number(y.toFixed(4))];

function unitRows(features: Float32Array, dim: number): number[][] {
  return Array.from({ length: features.length / dim }, (_, row) => {
    const values = Array.from(features.subarray(row * dim, (row + 1) * dim));
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
    return values.map((value) => value / norm);
  });
}

/** Share of the variance of the rows that each component has. */
function explained(rows: readonly (readonly number[])[], components: readonly (readonly number[])[]): number[] {
  const total = varianceOf(rows).reduce((sum, value) => sum + value, 0) || 1;
  return varianceOf(components).map((value) => value / total);
}

function varianceOf(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, at) => {
    const mean = rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length;
    return rows.reduce((sum, row) => sum + (row[at]! - mean) ** 2, 0);
  });
}

/** Uniform numbers in [0, 1) that are the same every time: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
