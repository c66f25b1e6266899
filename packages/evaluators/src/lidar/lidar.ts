import * as tf from '@tensorflow/tfjs-core';
import { featuresMismatch, tooFewRows } from '../errors.js';
import type { Rows } from '../features/rows.js';
import { entropyRank, singularValues } from '../representation/rank-me.js';
import { cholesky, solveLower } from '../statistics/cholesky.js';

export interface LidarOptions {
  /** Added to the diagonal of the covariance within objects. Default 1e-4. */
  readonly delta?: number;
  readonly epsilon?: number;
}

/**
 * LiDAR: how many directions tell objects apart, once directions in which views of one object differ are discounted: exp of the entropy of the
 * eigenvalues of W^-1/2 B W^-1/2, B the covariance of the means of objects, W that of views about their own mean.
 *
 * @param views Features of the same N objects under each of q >= 2 random views, [N, D] each. @returns Between 1 and min(N - 1, D).
 * @throws MOCHI_TOO_FEW_ROWS, MOCHI_FEATURES_MISMATCH
 * @see Thilak et al. 2023, LiDAR: Sensing Linear Probing Performance in Joint Embedding SSL Architectures, arXiv:2312.04000, section 4
 */
export async function lidar(views: readonly Rows[], { delta = 1e-4, epsilon = 1e-7 }: LidarOptions = {}): Promise<number> {
  const [first] = views;
  if (!first || views.length < 2) throw tooFewRows('lidar', 'each image (views)', views.length, 2);
  const { rows, dim } = first;
  if (rows < 2) throw tooFewRows('lidar', 'the features', rows, 2);
  if (views.some((view) => view.rows !== rows || view.dim !== dim))
    throw featuresMismatch('Views of LiDAR differ in rows or width.', 'the same objects in every view');
  const means = meansOf(views);
  const within = await covarianceWithin(views, means);
  for (let d = 0; d < dim; d++) within[d * dim + d]! += delta;
  cholesky(within, dim);
  const whitened = centredColumns(means, rows, dim); // [D, N]
  solveLower(within, whitened, dim, rows);
  const singular = await singularValues({ rows: dim, dim: rows, features: Float32Array.from(whitened) });
  // The eigenvalues are the squares, up to a factor that cancels in shares.
  return entropyRank(
    Float64Array.from(singular, (value) => value ** 2),
    epsilon,
  );
}

/** Mean over the views of each object, [N, D]. */
function meansOf(views: readonly Rows[]): Float64Array {
  const means = new Float64Array(views[0]!.features.length);
  for (const { features } of views) for (let at = 0; at < means.length; at++) means[at]! += features[at]! / views.length;
  return means;
}

/** Mean over views of (x - own mean)(x - own mean)', [D, D]. */
async function covarianceWithin(views: readonly Rows[], means: Float64Array): Promise<Float64Array> {
  const { rows, dim } = views[0]!;
  const total = new Float64Array(dim * dim);
  for (const { features } of views) {
    const product = tf.tidy(() => {
      const apart = tf.tensor2d(features.map((value, at) => value - means[at]!), [rows, dim]); // prettier-ignore
      return tf.matMul(apart, apart, true, false);
    });
    const values = await product.data();
    product.dispose();
    for (let at = 0; at < total.length; at++) total[at]! += values[at]! / (rows * views.length);
  }
  return total;
}

/** Means less their own mean, transposed: [D, N]. */
function centredColumns(means: Float64Array, rows: number, dim: number): Float64Array {
  const columns = new Float64Array(dim * rows);
  for (let d = 0; d < dim; d++) {
    let average = 0;
    for (let row = 0; row < rows; row++) average += means[row * dim + d]! / rows;
    for (let row = 0; row < rows; row++) columns[d * rows + row] = means[row * dim + d]! - average;
  }
  return columns;
}
