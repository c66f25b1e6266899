import { attr, execute } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { centre, type Rows } from '../features/rows.js';

/**
 * RankMe: exp of the entropy of the normalised singular values, p_k = s_k / sum(s) + eps. Between 1 (all rows on a line) and min(N, D): the
 * number of dimensions that the features really use.
 *
 * @param given [N, D], as they are: neither centred nor normalised. All zeros give 1.
 * @see Garrido et al. 2023, RankMe, arXiv:2210.02885, eq. 1
 */
export async function rankMe(given: Rows, epsilon = 1e-7): Promise<number> {
  return entropyRank(await singularValues(given), epsilon);
}

/**
 * Effective rank: the same of the centred rows, without eps: how many directions the rows vary in. What all rows share takes no part, as it does
 * in RankMe.
 *
 * @see Roy and Vetterli 2007, The effective rank: a measure of effective dimensionality
 */
export async function effectiveRank(given: Rows): Promise<number> {
  const values = await singularValues(centre(given));
  return entropyRank(
    values.filter((value) => value > 0),
    0,
  );
}

/** exp(-sum p log p), p_k = s_k / sum(s) + eps. Float64. */
export function entropyRank(singular: ArrayLike<number>, epsilon = 1e-7): number {
  const values = Array.from(singular);
  const sum = values.reduce((total, value) => total + value, 0);
  if (sum === 0) return 1; // a point: the entropy of nothing is 0
  return Math.exp(-values.reduce((total, value) => total + (value / sum + epsilon) * Math.log(value / sum + epsilon), 0));
}

/** Singular values of [N, D], largest first, min(N, D) of them. Of the matrix itself, not of its Gram matrix, which would halve the digits. */
export async function singularValues({ rows, dim, features }: Rows): Promise<Float32Array> {
  const values = tf.tidy(() => {
    const attrs = [attr.bool('compute_uv', false), attr.bool('full_matrices', false), attr.type('T', 'float32')];
    return execute('Svd', attrs, [tf.tensor2d(features, [rows, dim])], 3)[0]!;
  });
  try {
    return (await values.data()) as Float32Array;
  } finally {
    values.dispose();
  }
}
