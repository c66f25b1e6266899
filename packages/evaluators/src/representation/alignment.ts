import { featuresMismatch } from '../errors.js';
import { normalise, requireSameDim, type Rows } from '../features/rows.js';

/**
 * Mean over the pairs of ||x - y||^alpha, x and y at unit length. 0: positives coincide. With alpha = 2: a mean squared distance, 0 to 4.
 *
 * @param a [N, D]. @param b [N, D], row n the positive of row n. @throws MOCHI_FEATURES_MISMATCH
 * @see Wang & Isola 2020, Understanding Contrastive Representation Learning through Alignment and Uniformity, arXiv:2005.10242
 */
export function alignment(a: Rows, b: Rows, alpha = 2): number {
  requireSameDim(a, b);
  if (a.rows !== b.rows || a.rows === 0)
    throw featuresMismatch(`${a.rows} rows and ${b.rows} positives.`, 'one positive for each row, at least one');
  const [{ features: x }, { features: y }] = [normalise(a), normalise(b)];
  let total = 0;
  for (let row = 0, at = 0; row < a.rows; row++) {
    let square = 0;
    for (let d = 0; d < a.dim; d++, at++) square += (x[at]! - y[at]!) ** 2;
    total += square ** (alpha / 2);
  }
  return total / a.rows;
}
