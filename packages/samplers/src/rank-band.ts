import type { SampleContext } from '@mochi/contract';
import { leastOf, mostOf, type Rampable } from '@mochi/optim';
import { rankMask, type Rank } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { candidatesOf } from './candidates.js';

/** A share of a query's rows, 0..1: what it is now, and the greatest that it can be. */
export interface Share {
  readonly now: number | tf.Scalar;
  readonly most: number;
}

/** The share of an option, and what that leaves of all. */
export const shareOf = (option: Rampable, now: number | tf.Scalar): Share => ({ now, most: mostOf(option) });
export const restOf = (option: Rampable, now: number | tf.Scalar): Share => ({
  now: typeof now === 'number' ? 1 - now : tf.sub<tf.Scalar>(1, now),
  most: 1 - leastOf(option),
});

type Ranked = Pick<SampleContext, 'similarities' | 'mask'>;

/**
 * The ranks [from, to) of a band, in shares of the n rows that each query may draw, rounded to the nearest. At least one row is in it, where
 * there is one. Where nothing is masked and nothing moves, both are numbers.
 */
export function bandRanks({ similarities, mask }: Ranked, from: Share, to: Share): { from: Rank; to: Rank } {
  const [, capacity] = similarities.shape;
  const first = (share: Share): number => Math.min(Math.round(share.most * capacity), capacity - 1);
  const past = (share: Share): number => Math.round(share.most * capacity);
  if (!mask && typeof from.now === 'number' && typeof to.now === 'number')
    return { from: first(from), to: Math.max(past(to), first(from) + 1) };
  const count = mask ? candidatesOf(mask) : tf.scalar(capacity); // [B, 1] or a scalar
  const rank = ({ now }: Share): tf.Tensor => tf.floor(tf.add(tf.mul(count, now), 0.5));
  const start = tf.minimum(rank(from), tf.maximum(tf.sub(count, 1), 0));
  // All that is left: whatever is masked ranks last, and stays masked.
  if (to.now === 1) return { from: { at: start, most: first(from) }, to: capacity };
  const end = tf.maximum(rank(to), tf.add(start, 1));
  return {
    from: { at: start, most: first(from) },
    to: { at: end, most: Math.min(Math.max(past(to), first(from) + 1), capacity) },
  };
}

/** What ranks are made of: cosines with masked rows last, [B, K]. */
export const rankedBy = ({ similarities, mask }: Ranked): tf.Tensor2D => (mask ? tf.add(similarities, mask) : similarities);

/** Keeps the rows of a band of similarity ranks, rank 0 the most similar. @returns [B, K]: 0, or -Infinity outside; the caller disposes it. */
export const rankBand = (context: Ranked, from: Share, to: Share): tf.Tensor2D =>
  tf.tidy(() => {
    const ranks = bandRanks(context, from, to);
    return rankMask(rankedBy(context), ranks.from, ranks.to);
  });
