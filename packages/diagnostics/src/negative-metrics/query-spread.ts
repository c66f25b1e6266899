import * as tf from '@tensorflow/tfjs-core';

/**
 * The mean over dimensions of the standard deviation over the batch, over 1 / sqrt(D), that of evenly spread unit vectors: 1 where queries are
 * spread evenly, 0 where all are the same.
 *
 * @param queries Unit vectors, [B, D].
 * @see Chen and He 2021, Exploring Simple Siamese Representation Learning, arXiv:2011.10566, section 4.1
 */
export const querySpread = (queries: tf.Tensor2D): tf.Scalar =>
  tf.mul(tf.mean(tf.sqrt(tf.moments(queries, 0).variance)), Math.sqrt(queries.shape[1]));
