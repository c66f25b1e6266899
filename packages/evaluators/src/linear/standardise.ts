import { meanRow, type Rows } from '../features/rows.js';

/** Mean and reciprocal deviation of each feature. */
export interface Scale {
  readonly mean: Float64Array;
  /** 1 / deviation; 0 for a feature that never changes, which leaves it out. */
  readonly factor: Float64Array;
}

/** Statistics of the training rows, [dim] each. Float64, in two passes: one pass cancels where the mean is far from 0. */
export function scaleOf(given: Rows): Scale {
  const { rows, dim, features } = given;
  const mean = meanRow(given);
  const variance = new Float64Array(dim);
  for (let row = 0, at = 0; row < rows; row++)
    for (let d = 0; d < dim; d++) variance[d]! += (features[at++]! - mean[d]!) ** 2 / rows;
  // What is left of a constant after rounding is no signal: float32 carries 7 digits.
  return {
    mean,
    factor: variance.map((value, d) => (Math.sqrt(value) > 1e-6 * Math.abs(mean[d]!) && value > 0 ? 1 / Math.sqrt(value) : 0)),
  };
}

/** (x - mean) * factor, feature by feature. */
export const standardise = <T extends Rows>(given: T, { mean, factor }: Scale): T => ({
  ...given,
  features: given.features.map((value, at) => (value - mean[at % given.dim]!) * factor[at % given.dim]!),
});
