import { tooFewRows } from '../errors.js';
import { meanRow, normalise, type Rows } from '../features/rows.js';

/** Signs of a collapsed representation. */
export interface CollapseMeasures {
  /** Mean over dimensions of the standard deviation at unit length, times sqrt(D): 1 where rows are spread evenly, 0 where all are the same. */
  readonly spread: number;
  /** Mean cosine of two different rows: 0 spread evenly, 1 all the same. */
  readonly meanCosine: number;
  /** Percent of the dimensions that hardly change: a deviation below 1 % of the mean one. */
  readonly deadDimensions: number;
}

const DEAD = 0.01;
/** What float32 rounding leaves of a constant. */
const ROUNDING = 1e-6;

/**
 * @param given [N, D], N >= 2. Float64 throughout. @throws MOCHI_TOO_FEW_ROWS
 * @see Chen and He 2021, Exploring Simple Siamese Representation Learning, arXiv:2011.10566, section 4.1 (spread)
 */
export function collapseMeasures(given: Rows): CollapseMeasures {
  const unit = normalise(given);
  const { rows, dim, features } = unit;
  if (rows < 2) throw tooFewRows('collapse', 'the features', rows, 2);
  const mean = meanRow(unit);
  const variance = new Float64Array(dim);
  let squares = 0; // rows, less those of zeros
  for (let row = 0, at = 0; row < rows; row++)
    for (let d = 0; d < dim; d++, at++) {
      variance[d]! += (features[at]! - mean[d]!) ** 2 / rows;
      squares += features[at]! ** 2;
    }
  const deviations = variance.map(Math.sqrt);
  const average = deviations.reduce((sum, one) => sum + one, 0) / dim;
  const sumSquare = mean.reduce((sum, one) => sum + (rows * one) ** 2, 0);
  const dead = deviations.filter((one) => !(one > Math.max(ROUNDING, DEAD * average))).length;
  return {
    spread: average * Math.sqrt(dim),
    meanCosine: (sumSquare - squares) / (rows * (rows - 1)),
    deadDimensions: (100 * dead) / dim,
  };
}
