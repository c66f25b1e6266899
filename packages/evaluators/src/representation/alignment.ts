import { featuresMismatch } from '../errors.js';
import { meanOf } from '@mochi/core';
import { normalise, requireSameDim, type Rows } from '../features/rows.js';

/**
 * Mean over the pairs of ||x - y||^alpha, x and y at unit length. 0: positives coincide. With alpha = 2: a mean squared distance, 0 to 4.
 *
 * @param a [N, D]. @param b [N, D], row n the positive of row n. @throws MOCHI_FEATURES_MISMATCH
 * @see Wang & Isola 2020, Understanding Contrastive Representation Learning through Alignment and Uniformity, arXiv:2005.10242
 */
export const alignment = (a: Rows, b: Rows, alpha = 2): number => meanOf(pairDistances(a, b, alpha));

/** ||x - y||^alpha of each pair, [N]. @throws MOCHI_FEATURES_MISMATCH */
export function pairDistances(a: Rows, b: Rows, alpha = 2): Float64Array {
  requireSameDim(a, b);
  if (a.rows !== b.rows || a.rows === 0)
    throw featuresMismatch(`${a.rows} rows and ${b.rows} positives.`, 'one positive for each row, at least one');
  const [{ features: x }, { features: y }] = [normalise(a), normalise(b)];
  const distances = new Float64Array(a.rows);
  for (let row = 0, at = 0; row < a.rows; row++) {
    let square = 0;
    for (let d = 0; d < a.dim; d++, at++) square += (x[at]! - y[at]!) ** 2;
    distances[row] = square ** (alpha / 2);
  }
  return distances;
}
