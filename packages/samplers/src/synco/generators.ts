import { mixtureBlock, type MixtureBlock } from '@mochi/contract';
import { gather, l2Normalize } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/*
 * SynCo's six generators, with what is drawn given: rows of the bank and coefficients. s is a synthetic negative before it is brought to unit
 * length, q the query, n a row. Four are linear combinations of rows and query, so the loss has them in closed form; noise and sign are not.
 *
 * Giakoumoglou and Stathaki 2024, arXiv:2410.02401, section 3.2
 */

type Made = Omit<MixtureBlock, 'kind' | 'bank' | 'logWeights'>;

const combination = (rows: tf.Tensor3D, weights: tf.Tensor, queryWeight: tf.Tensor): Made =>
  mixtureBlock({ rows, weights: tf.expandDims(weights, 2), queryWeight }) as Made;

/** Type 1: s = a q + (1 - a) n. @param rows [B, M, 1]. @param alpha a, [B, M]. */
export const interpolated = (rows: tf.Tensor3D, alpha: tf.Tensor2D): Made => combination(rows, tf.sub(1, alpha), alpha);

/** Type 2: s = n + b (n - q). @param rows [B, M, 1]. @param beta b, [B, M]. */
export const extrapolated = (rows: tf.Tensor3D, beta: tf.Tensor2D): Made => combination(rows, tf.add(1, beta), tf.neg(beta));

/** Type 3: s = c n_i + (1 - c) n_j. @param rows [B, M, 2]. @param gamma c, [B, M]. */
export const mixed = (rows: tf.Tensor3D, gamma: tf.Tensor2D): Made =>
  mixtureBlock({ rows, weights: tf.stack([gamma, tf.sub(1, gamma)], 2) }) as Made;

/** Type 5: s = n + d grad_n(q.n) = n + d q. @param rows [B, M, 1]. @param delta d. */
export const perturbed = (rows: tf.Tensor3D, delta: number): Made => {
  const [batch, count] = rows.shape;
  return combination(rows, tf.ones([batch, count]), tf.fill([batch, count], delta));
};

/** Type 4: s = n + noise. @param rows [B, M] int32. @param noise [B, M, D]. @param bank [K, D]. @returns Unit vectors, [B, M, D]. */
export const noisy = (rows: tf.Tensor2D, noise: tf.Tensor3D, bank: tf.Tensor2D): tf.Tensor3D =>
  l2Normalize(tf.add(vectorsOf(rows, bank), noise)) as tf.Tensor3D;

/** Type 6: s = n + e sign(grad_n(q.n)) = n + e sign(q). @param rows [B, M] int32. @param eta e. @returns Unit vectors, [B, M, D]. */
export const adversarial = (rows: tf.Tensor2D, eta: number, bank: tf.Tensor2D, queries: tf.Tensor2D): tf.Tensor3D =>
  l2Normalize(tf.add(vectorsOf(rows, bank), tf.mul(tf.expandDims(tf.sign(queries), 1), eta))) as tf.Tensor3D;

const vectorsOf = (rows: tf.Tensor2D, bank: tf.Tensor2D): tf.Tensor =>
  tf.reshape(gather(bank, tf.reshape(rows, [-1])), [...rows.shape, bank.shape[1]]);
