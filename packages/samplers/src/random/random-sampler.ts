import { bankBlock, DEFAULT_BANK, type NegativeSampler, type SampleContext, type Sampled } from '@mochi/contract';
import { rankMask } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedBank } from '../bank-option.js';
import { candidatesOf } from '../candidates.js';
import { requireRows } from '../errors.js';
import type { RandomConfig } from './config.js';

/**
 * M rows of the bank for each query, drawn uniformly without replacement: the rows with the M largest of K random numbers, as log-weights of
 * one bank block, so that the loss keeps its one matrix product and its shared similarities. Where a mask leaves fewer than M, all of them.
 *
 * @returns A bank block whose log-weights [B, K] the caller disposes.
 * @throws MOCHI_POOL_TOO_LARGE when M > K.
 */
export function randomNegatives(
  context: Pick<SampleContext, 'similarities' | 'ids' | 'rng' | 'mask'> & NamedBank,
  { m, correct }: Omit<RandomConfig, 'bank'>,
): Sampled {
  const { similarities, ids, rng, mask, bankName: bank = DEFAULT_BANK } = context;
  const capacity = similarities.shape[1];
  const count = m ?? Math.max(1, Math.floor(capacity / 4));
  requireRows('m', count, capacity);
  const logWeights = tf.tidy(() => {
    const draws = rng.perSample(ids).uniform([capacity]) as tf.Tensor2D;
    if (!mask) {
      const drawn = rankMask(draws, 0, count);
      return correct ? tf.add<tf.Tensor2D>(drawn, Math.log(capacity / count)) : drawn;
    }
    // The mask twice: masked rows rank last, and stay out where they are drawn for want of others.
    const drawn = tf.add<tf.Tensor2D>(rankMask(tf.add(draws, mask), 0, count), mask);
    const most = tf.maximum(candidatesOf(mask), 1);
    return correct ? tf.add<tf.Tensor2D>(drawn, tf.log(tf.div(most, tf.minimum(most, count)))) : drawn;
  });
  return { blocks: [bankBlock({ bank, logWeights })] };
}

export const randomSampler = ({ bank, ...options }: RandomConfig): NegativeSampler => ({
  ...{ name: 'random', bank },
  check: (capacity) => requireRows('m', options.m ?? 0, capacity),
  sample: (context) => randomNegatives(context, options),
});
