import { bankBlock, DEFAULT_BANK, type NegativeSampler, type SampleContext, type Sampled } from '@mochi/contract';
import { currentOf } from '@mochi/optim';
import { segmentSum, topK, type Rank } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedBank } from '../bank-option.js';
import { rankOf, rowsAt } from '../draw-ranks.js';
import { bandRanks, rankBand, rankedBy, shareOf, type Share } from '../rank-band.js';
import type { RingConfig } from './config.js';

export type RingContext = Pick<SampleContext, 'similarities' | 'mask' | 'ids' | 'rng'> & NamedBank;

/**
 * The ring around each query: its rows of similarity rank [lower n, upper n) among the n that may be drawn, or `count` independent uniform
 * draws from them. A row drawn c times has log-weight log c: it counts c times.
 *
 * @returns A bank block whose log-weights [B, K] the caller disposes.
 * @see Wu et al. 2020, Conditional Negative Sampling, arXiv:2010.02037, section 4
 */
export function ringNegatives(
  context: RingContext,
  { lower, upper, count }: { readonly lower: Share; readonly upper: Share; readonly count?: number },
): Sampled {
  const { mask, bankName: bank = DEFAULT_BANK } = context;
  const logWeights = tf.tidy(() => {
    const drawn = count === undefined ? rankBand(context, lower, upper) : drawFromBand(context, lower, upper, count);
    return mask ? tf.add<tf.Tensor2D>(drawn, mask) : drawn; // where there are fewer rows than the band is wide
  });
  return { blocks: [bankBlock({ bank, logWeights })] };
}

function drawFromBand(context: RingContext, lower: Share, upper: Share, count: number): tf.Tensor2D {
  const [batch, capacity] = context.similarities.shape;
  const { from, to } = bandRanks(context, lower, upper);
  const most = Math.min(typeof to === 'number' ? to : to.most, capacity);
  const ordered = topK(rankedBy(context), most).indices;
  const [start, end] = [valueOf(from), valueOf(to)];
  const uniform = context.rng.perSample(context.ids).uniform([count]) as tf.Tensor2D;
  const ranks = tf.minimum(tf.add(rankOf(uniform, tf.sub(end, start)), start), most - 1); // [B, count]
  const rows = tf.reshape(rowsAt(ordered, tf.expandDims(ranks, 2)), [batch, count]);
  const begin = tf.expandDims(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(capacity, 'int32')), 1);
  const places = tf.reshape(tf.add(rows, begin), [batch * count]);
  return tf.log(tf.reshape(segmentSum(tf.ones([batch * count]), places, batch * capacity), [batch, capacity]));
}

const valueOf = (rank: Rank): tf.Tensor => (typeof rank === 'number' ? tf.scalar(rank) : rank.at);

export const ringSampler = ({ lower, upper, count, bank }: RingConfig): NegativeSampler => ({
  ...{ name: 'ring', bank },
  sample(context) {
    const now = currentOf({ lower, upper }, context.scalars);
    return ringNegatives(context, { lower: shareOf(lower, now.lower), upper: shareOf(upper, now.upper), count });
  },
});
