import * as tf from '@tensorflow/tfjs-core';

/**
 * InfoNCE with one positive: the mean over B of -log(e^(p/t) / (e^(p/t) + sum_j e^(n_j/t))). Plain ops, so it differentiates by itself.
 *
 * @param positive Cosine of query and key, [B]. @param negative Cosine of query and negatives, [B, M], M >= 1.
 * @param temperature t > 0, no unit. @returns Mean loss, nats, scalar; the caller disposes it.
 * @see van den Oord et al. 2018, arXiv:1807.03748, eq. 4
 */
export const infoNce = (positive: tf.Tensor1D, negative: tf.Tensor2D, temperature: number): tf.Scalar =>
  tf.tidy(() => {
    // log-sum-exp, not log of a quotient: at t = 0.01 e^(p/t) is 2.7e43, past float32.
    const crowd = tf.logSumExp(tf.div<tf.Tensor2D>(negative, temperature), 1); // [B]
    // softplus(crowd - own) = log(1 + e^(crowd - own)): keeps its digits where the loss is near 0, unlike a difference of two large numbers.
    return tf.mean<tf.Scalar>(tf.softplus(tf.sub(crowd, tf.div(positive, temperature))));
  });
