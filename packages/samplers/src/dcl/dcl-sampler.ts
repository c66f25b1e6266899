import type { NegativeSampler, SampleContext, Sampled } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import type { DclConfig } from './config.js';

/**
 * The weights of DCLW: w = 2 - e^(s / sigma) / mean over the batch of e^(s / sigma), s the cosine of query and positive. Their mean is 1; a
 * positive that is still far gets more.
 *
 * @param queries Unit vectors, [B, D]. @param positives The same. @returns [B]; the caller disposes it.
 * @see Yeh et al. 2021, arXiv:2110.06848, section 3.3
 */
export const positiveWeights = (queries: tf.Tensor2D, positives: tf.Tensor2D, sigma: number): tf.Tensor1D =>
  tf.tidy(() => {
    const cosines = tf.sum<tf.Tensor1D>(tf.mul(queries, positives), 1);
    return tf.sub(2, tf.mul(tf.softmax(tf.div<tf.Tensor1D>(cosines, sigma)), cosines.shape[0]));
  });

/** The blocks as they are, without the positive under the fraction. */
export const dclNegatives = (
  { previous, queries, positives }: Pick<SampleContext, 'previous' | 'queries' | 'positives'>,
  { sigma }: Omit<DclConfig, 'bank'>,
): Sampled => ({
  blocks: [...previous],
  denominator: {
    kind: 'without-positive',
    ...(sigma === undefined ? {} : { positiveWeights: positiveWeights(queries, positives, sigma) }),
  },
});

export const dclSampler = ({ bank, ...options }: DclConfig): NegativeSampler => ({
  ...{ name: 'dcl', role: 'refine', bank },
  sample: (context) => dclNegatives(context, options),
});
