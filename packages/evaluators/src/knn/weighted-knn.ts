import { featuresMismatch } from '../errors.js';
import { nearestNeighbours, type NeighbourOptions, type Neighbours } from '../features/nearest-neighbours.js';
import type { LabelledRows, Rows } from '../features/rows.js';

export interface KnnOptions extends Pick<NeighbourOptions, 'signal' | 'blockBytes'> {
  readonly k: number;
  /** T of the weights exp(cosine / T), no unit. */
  readonly temperature: number;
  readonly classes: number;
}

export interface KnnResult {
  /** Class with the most votes, [queries]; of equal ones the lower. */
  readonly predictions: Int32Array;
  /** Summed weights of each class, [queries, classes]; scaled for each query so that its nearest neighbour weighs 1. */
  readonly votes: Float64Array;
  /** Neighbours that voted: fewer than asked for where there are fewer rows. */
  readonly k: number;
}

/**
 * Weighted kNN classification: each of the k nearest training rows by cosine votes for its class with exp(cosine / T).
 *
 * @param train [R, D] with labels. @param test [Q, D].
 * @see Wu et al. 2018, Unsupervised Feature Learning via Non-Parametric Instance Discrimination, arXiv:1805.01978, section 3.4
 */
export async function weightedKnn(
  train: LabelledRows,
  test: Rows,
  { k, temperature, classes, ...options }: KnnOptions,
): Promise<KnnResult> {
  if (train.labels.length !== train.rows)
    throw featuresMismatch(`${train.labels.length} labels for ${train.rows} rows.`, 'one for each row');
  const neighbours = await nearestNeighbours(test, train, k, options);
  const votes = voteByClass(neighbours, train.labels, classes, temperature);
  return { predictions: argmaxRows(votes, classes), votes, k: neighbours.k };
}

/**
 * Sums exp((s - s_max) / T) by class: s_max, the nearest neighbour's cosine, cancels in the comparison and keeps any T > 0 finite.
 *
 * @param voters Nearest neighbours that vote; default: all.
 */
export function voteByClass(
  { queries, k, indices, similarities }: Neighbours,
  labels: Int32Array,
  classes: number,
  temperature: number,
  voters = k,
): Float64Array {
  const votes = new Float64Array(queries * classes);
  for (let query = 0; query < queries; query++) {
    const nearest = similarities[query * k]!;
    for (let at = query * k; at < query * k + Math.min(k, voters); at++)
      votes[query * classes + labels[indices[at]!]!]! += Math.exp((similarities[at]! - nearest) / temperature);
  }
  return votes;
}

function argmaxRows(scores: Float64Array, width: number): Int32Array {
  return Int32Array.from({ length: scores.length / width }, (_, row) => {
    let best = 0;
    for (let c = 1; c < width; c++) if (scores[row * width + c]! > scores[row * width + best]!) best = c;
    return best;
  });
}
