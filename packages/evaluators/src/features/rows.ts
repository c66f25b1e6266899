import type { Features, Rng } from '@mochi/contract';
import { topK } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { featuresMismatch, featuresNotFinite } from '../errors.js';

/** Feature vectors on the host, row-major [rows, dim]. */
export type Rows = Pick<Features, 'rows' | 'dim' | 'features'>;

/** Rows with a class each. */
export interface LabelledRows extends Rows {
  /** [rows], all >= 0. */
  readonly labels: Int32Array;
}

/** Rows from plain arrays, all of one length. */
export function rowsOf(vectors: readonly ArrayLike<number>[]): Rows {
  const dim = vectors[0]?.length ?? 0;
  const features = new Float32Array(vectors.length * dim);
  vectors.forEach((vector, row) => {
    if (vector.length !== dim) throw featuresMismatch(`Row ${row} has ${vector.length} numbers.`, `${dim}, as the first row has`);
    features.set(vector, row * dim);
  });
  return { rows: vectors.length, dim, features };
}

/**
 * The same rows, once every number is known to be finite.
 *
 * @param what Names them in the error: split, layer, encoder. @throws MOCHI_FEATURES_NOT_FINITE
 */
export function requireFinite<T extends Rows>(given: T, what: string): T {
  let [bad, first] = [0, -1];
  for (let at = 0; at < given.features.length; at++) {
    if (Number.isFinite(given.features[at])) continue;
    bad++;
    if (first < 0) first = Math.floor(at / given.dim);
  }
  if (bad > 0) throw featuresNotFinite(what, first, bad);
  return given;
}

/** @throws MOCHI_FEATURES_MISMATCH unless both have the same width. */
export function requireSameDim(a: Rows, b: Rows): void {
  if (a.dim !== b.dim)
    throw featuresMismatch(`Features of width ${a.dim} are compared with features of width ${b.dim}.`, 'equal widths');
}

/** The mean row, [dim]. Summed in float64: float32 loses digits past some ten thousand rows. */
export function meanRow({ rows, dim, features }: Rows): Float64Array {
  const mean = new Float64Array(dim);
  for (let row = 0, at = 0; row < rows; row++) for (let d = 0; d < dim; d++) mean[d]! += features[at++]!;
  for (let d = 0; d < dim; d++) mean[d]! /= Math.max(1, rows);
  return mean;
}

/**
 * The rows less a mean. What all images share says nothing about any of them, yet it dominates the cosine of features behind a ReLU.
 *
 * @param mean [dim]; default: that of the rows themselves. Take the reference set's for both sides of a comparison.
 */
export function centre<T extends Rows>(given: T, mean: Float64Array = meanRow(given)): T {
  const { dim } = given;
  if (mean.length !== dim) throw featuresMismatch(`A mean of ${mean.length} numbers for rows of ${dim}.`, 'equal widths');
  return { ...given, features: given.features.map((value, at) => value - mean[at % dim]!) };
}

/** The rows at unit length. A row of zeros stays one. Norms in float64. */
export function normalise<T extends Rows>(given: T): T {
  const { rows, dim } = given;
  const features = new Float32Array(given.features.length);
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let at = row * dim; at < (row + 1) * dim; at++) square += given.features[at]! ** 2;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let at = row * dim; at < (row + 1) * dim; at++) features[at] = given.features[at]! * scale;
  }
  return { ...given, features };
}

/** Some of the rows, in the order of `picked`. */
export function takeRows({ dim, features }: Rows, picked: ArrayLike<number>): Rows {
  const taken = new Float32Array(picked.length * dim);
  for (let row = 0; row < picked.length; row++)
    taken.set(features.subarray(picked[row]! * dim, (picked[row]! + 1) * dim), row * dim);
  return { rows: picked.length, dim, features: taken };
}

/** The numbers [0, n) in a random order that depends on the stream alone. */
export async function shuffled(n: number, rng: Rng): Promise<Int32Array> {
  if (n === 0) return new Int32Array(0);
  const order = tf.tidy(() => topK(rng.uniform([n]), n).indices);
  try {
    return (await order.data()) as Int32Array;
  } finally {
    order.dispose();
  }
}
