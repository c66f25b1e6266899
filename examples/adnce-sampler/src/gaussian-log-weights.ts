import * as tf from '@tensorflow/tfjs-core';

/**
 * Log-weights of a Gaussian over cosines, w = exp(-(l - mu)^2 / (2 sigma^2)), divided by their mean over the rows that a query may draw: they
 * weigh as much together as uniform ones. What is not seen in cosines (its height) cancels in that division.
 *
 * @param similarities Cosines l, [B, K]. @param mask 0, or -Infinity where a row may not be drawn, [B, K].
 * @returns [B, K]; -Infinity where masked. The caller disposes it.
 * @see Wu et al. 2023, Understanding Contrastive Learning via Distributionally Robust Optimization, arXiv:2310.11048, ADNCE
 */
export function gaussianLogWeights(
  similarities: tf.Tensor2D,
  { mu, sigma }: { readonly mu: number; readonly sigma: number },
  mask?: tf.Tensor2D,
): tf.Tensor2D {
  return tf.tidy(() => {
    const raw = tf.mul(tf.square(tf.div(tf.sub(similarities, mu), sigma)), -0.5);
    const free = mask ? tf.cast(tf.equal(mask, 0), 'float32') : tf.onesLike(similarities);
    const count = tf.maximum(tf.sum(free, 1, true), 1); // [B, 1]; 1 where every row is masked, and then nothing is divided by it
    // The greatest first: at a narrow sigma every weight of a query may be below what float32 holds.
    const top = tf.max(raw, 1, true);
    const sum = tf.sum(tf.mul(tf.exp(tf.sub(raw, top)), free), 1, true);
    const mean = tf.add(tf.log(tf.maximum(tf.div(sum, count), 1e-30)), top);
    const logWeights = tf.sub(raw, mean);
    return (mask ? tf.add(logWeights, mask) : logWeights) as tf.Tensor2D;
  });
}
