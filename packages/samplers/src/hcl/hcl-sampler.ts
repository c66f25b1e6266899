import { bankBlock, DEFAULT_BANK, type NegativeSampler, type SampleContext, type Sampled } from '@mochi/contract';
import { currentOf } from '@mochi/optim';
import { logSumExp } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedBank } from '../bank-option.js';
import { candidatesOf } from '../candidates.js';
import type { HclConfig } from './config.js';

export type HclContext = Pick<SampleContext, 'similarities' | 'mask' | 'temperature'> & NamedBank;

/** The options as the step sees them: numbers, or scalars of it. */
export interface HclOptions {
  readonly beta: number | tf.Scalar;
  readonly tauPlus: number | tf.Scalar;
  readonly floor: number;
  readonly differentiable: boolean;
}

/**
 * Importance weights that make hard rows count more, w_j = e^(beta l_j / t) / mean over the candidates of e^(beta l / t), so that they sum to the
 * number of candidates.
 *
 * @returns log w, [B, K], -Infinity where masked; the caller disposes it. Gradient flows to the similarities.
 * @see Robinson et al. 2021, Contrastive Learning with Hard Negative Samples, arXiv:2010.04592, section 3
 */
export const hardnessLogWeights = ({ similarities, mask, temperature }: HclContext, beta: number | tf.Scalar): tf.Tensor2D =>
  tf.tidy(() => {
    const scaled = tf.mul<tf.Tensor2D>(similarities, tf.div(beta, temperature));
    const candidates = mask ? tf.add(scaled, mask) : scaled; // after the product: 0 * -Infinity is NaN
    const count = mask ? tf.maximum(candidatesOf(mask), 1) : similarities.shape[1];
    const mean = tf.sub(logSumExp(candidates, 1, true), tf.log(count)); // [B, 1]
    return tf.sub(candidates, tf.maximum(mean, -1e30)); // -Infinity only where every row is masked
  });

/** The bank with {@link hardnessLogWeights}, under the corrected denominator; at tauPlus = 0 that is the plain one, and left open. */
export function hclNegatives(context: HclContext, { beta, tauPlus, floor, differentiable }: HclOptions): Sampled {
  const logWeights = hardnessLogWeights(context, beta);
  const block = bankBlock({ bank: context.bankName ?? DEFAULT_BANK, logWeights, differentiable });
  // With weights of mean 1 and tauPlus = 0 the sum is never below the floor of -1: another sampler may choose the denominator.
  if (tauPlus === 0 && floor === -1) return { blocks: [block] };
  return { blocks: [block], denominator: { kind: 'corrected', tauPlus, floor } };
}

export const hclSampler = ({ beta, tauPlus, floor, differentiable, bank }: HclConfig): NegativeSampler => ({
  ...{ name: 'hcl', bank, differentiable },
  sample: (context) => hclNegatives(context, { ...currentOf({ beta, tauPlus }, context.scalars), floor, differentiable }),
});
