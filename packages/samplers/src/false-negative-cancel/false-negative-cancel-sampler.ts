import type { NegativeSampler, SampleContext } from '@mochi/contract';
import { currentOf, mostOf } from '@mochi/optim';
import { rankMask, type Rank } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { requireRows } from '../errors.js';
import type { FalseNegativeCancelConfig } from './config.js';

export type CancelContext = Pick<SampleContext, 'queries' | 'positives' | 'ids' | 'bank' | 'similarities' | 'mask'>;

/** The options as the step sees them. */
export interface CancelOptions extends Pick<FalseNegativeCancelConfig, 'sameSample' | 'support'> {
  /** A cosine. */
  readonly threshold: number | tf.Scalar;
  /** Absent: no limit. */
  readonly topK?: Rank;
}

/**
 * Leaves out what is likely of the query's own class: rows above the threshold and among the `topK` most similar to the support, and rows of
 * the query's own image.
 *
 * @returns [B, K]: -Infinity where left out, else 0; the caller disposes it.
 * @see Huynh et al. 2022, False Negative Cancellation, arXiv:2011.11765, section 3: identification of false negatives, elimination
 */
export const falseNegativeMask = (context: CancelContext, { sameSample, support, threshold, topK }: CancelOptions): tf.Tensor2D =>
  tf.tidy(() => {
    const scores = supportScores(context, support);
    const close = tf.greater(scores, threshold);
    const candidates = context.mask ? tf.add<tf.Tensor2D>(scores, context.mask) : scores;
    const taken = topK === undefined ? close : tf.logicalAnd(close, tf.equal(rankMask(candidates, 0, topK), 0));
    const own = tf.equal(tf.expandDims(context.ids, 1), tf.expandDims(context.bank.ids, 0));
    return tf.where(sameSample ? tf.logicalOr(taken, own) : taken, -Infinity, 0) as tf.Tensor2D;
  });

function supportScores({ positives, bank, similarities }: CancelContext, support: CancelOptions['support']): tf.Tensor2D {
  if (support === 'query') return similarities;
  const ofPositives = tf.matMul<tf.Tensor2D>(positives, bank.rows, false, true);
  return support === 'both' ? tf.maximum(ofPositives, similarities) : ofPositives;
}

/** @throws MOCHI_POOL_TOO_LARGE where topK is more than the bank has. */
export const falseNegativeCancelSampler = ({
  threshold,
  topK,
  bank,
  ...options
}: FalseNegativeCancelConfig): NegativeSampler => ({
  ...{ name: 'false-negative-cancel', role: 'filter', bank },
  check: (capacity) => requireRows('topK', mostOf(topK ?? 0), capacity),
  sample(context) {
    const [, capacity] = context.similarities.shape;
    const now = currentOf({ threshold, topK: topK ?? 0 }, context.scalars);
    requireRows('topK', mostOf(topK ?? 0), capacity);
    const mask = tf.tidy(() => {
      const limit = topK === undefined ? {} : { topK: rankOf(now.topK, mostOf(topK)) };
      return falseNegativeMask(context, { ...options, threshold: now.threshold, ...limit });
    });
    return { blocks: [], mask };
  },
});

/** A ramped count, rounded to the nearest. */
const rankOf = (now: number | tf.Scalar, most: number): Rank =>
  typeof now === 'number' ? now : { at: tf.floor(tf.add(now, 0.5)), most };
