import * as tf from '@tensorflow/tfjs-core';

/** Rows on the host, row-major [rows, dim]. */
export interface Rows {
  readonly rows: number;
  readonly dim: number;
  readonly features: Float32Array;
}

/**
 * Rows less their mean, at unit length. Features after a relu all point one way; without their mean a cosine of 0 is that of any two images.
 *
 * @param mean [dim]. Default: that of the rows. @returns New rows; a row that equals the mean is all 0.
 */
export function centred({ rows, dim, features }: Rows, mean = meanOf({ rows, dim, features })): Float32Array {
  const made = new Float32Array(features.length);
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let at = 0; at < dim; at++) square += (made[row * dim + at] = features[row * dim + at]! - mean[at]!) ** 2;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let at = 0; at < dim; at++) made[row * dim + at]! *= scale;
  }
  return made;
}

export function meanOf({ rows, dim, features }: Rows): Float64Array {
  const mean = new Float64Array(dim);
  for (let at = 0; at < features.length; at++) mean[at % dim]! += features[at]! / rows;
  return mean;
}

/** The k rows with the largest products with a vector, best first. */
export function nearestRows(unit: Float32Array, query: Float32Array, k: number): { row: number; similarity: number }[] {
  const dim = query.length;
  const found = Array.from({ length: unit.length / dim }, (_, row) => {
    let similarity = 0;
    for (let at = 0; at < dim; at++) similarity += unit[row * dim + at]! * query[at]!;
    return { row, similarity: Math.min(1, similarity) };
  });
  return found.sort((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, k);
}

/** Rows of one product of matrices: 1,024 x 1,024 cosines at a time, whatever the number of images. */
const BLOCK = 1024;

export interface Pair {
  readonly a: number;
  readonly b: number;
  /** Cosine, at most 1. */
  readonly similarity: number;
}

/** What float32 loses of a cosine: equal rows have one of 1 but for this. */
const ROUNDING = 1e-6;

/** Pairs of rows with a cosine from `least`, each once. @param unit Unit rows, row-major. */
export async function closePairs(unit: Float32Array, dim: number, least: number, signal?: AbortSignal): Promise<Pair[]> {
  const rows = unit.length / dim;
  const pairs: Pair[] = [];
  for (let top = 0; top < rows; top += BLOCK)
    for (let left = top; left < rows; left += BLOCK) {
      signal?.throwIfAborted();
      const [height, width] = [Math.min(BLOCK, rows - top), Math.min(BLOCK, rows - left)];
      const block = tf.tidy(() => {
        const part = (from: number, count: number) => tf.tensor2d(unit.slice(from * dim, (from + count) * dim), [count, dim]);
        return tf.matMul(part(top, height), part(left, width), false, true);
      });
      const values = await block.data();
      block.dispose();
      for (let at = 0; at < values.length; at++) {
        const [a, b] = [top + Math.floor(at / width), left + (at % width)];
        if (a < b && values[at]! >= least - ROUNDING) pairs.push({ a, b, similarity: Math.min(1, values[at]!) });
      }
    }
  return pairs;
}

/** Rows that pairs join, directly or through others. */
export interface RowGroup {
  /** Ascending. */
  readonly rows: readonly number[];
  /** The least and the largest cosine among the pairs. */
  readonly similarity: readonly [number, number];
  /** For each row the largest cosine of a pair with it. */
  readonly nearest: readonly number[];
}

/** Groups of rows by their pairs. Those whose least cosine is largest come first: a row that hangs on by a weak link makes its group a weak one. */
export function groupsOf(rows: number, pairs: readonly Pair[]): RowGroup[] {
  const parent = Int32Array.from({ length: rows }, (_, row) => row);
  const rootOf = (row: number): number => {
    while (parent[row] !== row) row = parent[row] = parent[parent[row]!]!;
    return row;
  };
  for (const { a, b } of pairs) parent[rootOf(b)] = rootOf(a);
  const nearest = new Map<number, number>();
  const groups = new Map<number, { rows: number[]; low: number; high: number }>();
  for (const { a, b, similarity } of pairs) {
    const root = rootOf(a);
    const group = groups.get(root) ?? { rows: [], low: 1, high: -1 };
    groups.set(root, group);
    group.low = Math.min(group.low, similarity);
    group.high = Math.max(group.high, similarity);
    for (const row of [a, b]) nearest.set(row, Math.max(similarity, nearest.get(row) ?? -1));
  }
  for (const row of [...nearest.keys()].sort((x, y) => x - y)) groups.get(rootOf(row))!.rows.push(row);
  return [...groups.values()]
    .sort((x, y) => y.low - x.low || x.rows[0]! - y.rows[0]!)
    .map(({ rows: within, low, high }) => ({
      rows: within,
      similarity: [low, high],
      nearest: within.map((row) => nearest.get(row)!),
    }));
}
