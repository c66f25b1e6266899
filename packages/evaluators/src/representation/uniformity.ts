import * as tf from '@tensorflow/tfjs-core';
import { tooFewRows } from '../errors.js';
import { normalise, type Rows } from '../features/rows.js';

/** Similarities that one block has at most: 64 MiB of float32. */
const BLOCK = 16 * 2 ** 20;

/**
 * Uniformity: log of the mean over distinct pairs of exp(-t ||x - y||^2), rows at unit length. Nats; 0 when all rows coincide, lower when they
 * spread over the sphere.
 *
 * @param given [N, D], N >= 2. @throws MOCHI_TOO_FEW_ROWS
 * @see Wang & Isola 2020, arXiv:2005.10242
 */
export async function uniformity(given: Rows, t = 2, signal?: AbortSignal): Promise<number> {
  const { rows, dim, features } = normalise(given);
  if (rows < 2) throw tooFewRows('uniformity', 'the features', rows, 2);
  const all = tf.tensor2d(features, [rows, dim]);
  const squares = tf.tidy(() => tf.sum(tf.square(all), 1)); // 1, or 0 for a row of zeros, which is no unit vector
  const chunk = Math.max(1, Math.floor(BLOCK / rows));
  let total = 0;
  try {
    for (let start = 0; start < rows; start += chunk) {
      signal?.throwIfAborted();
      const count = Math.min(chunk, rows - start);
      const sums = tf.tidy(() => {
        const product = tf.matMul(tf.slice(all, [start, 0], [count, dim]), all, false, true);
        const own = tf.expandDims(tf.slice(squares, [start], [count]), 1);
        const distance = tf.relu(tf.sub(tf.add(own, squares), tf.mul(product, 2))); // squared; rounding may leave it below 0
        return tf.sum(tf.exp(tf.mul(distance, -t)), 1);
      });
      // Sums over rows in float64: float32 would lose what a pair contributes once there are millions.
      for (const sum of await sums.data()) total += sum;
      sums.dispose();
    }
  } finally {
    tf.dispose([all, squares]);
  }
  return Math.log((total - rows) / (rows * (rows - 1))); // less each row with itself: e^0
}
