import * as tf from '@tensorflow/tfjs-core';
import { centre, meanRow, type LabelledRows } from '../features/rows.js';
import { cholesky, solveLower, solveUpper } from '../statistics/cholesky.js';
import type { FlatProbe } from './fit-logistic.js';

/** Rows of one block at most. */
const BLOCK_ROWS = 8192;

/**
 * Least squares on targets of +1 for the own class and -1 for the others, with the penalty on W alone: one closed form for each penalty, from one
 * pass over the rows. Scikit-learn's RidgeClassifier(alpha) is the penalty alpha / R.
 *
 * @returns A classifier for each penalty. Products of blocks are float32 on the engine; sums and the solution float64.
 */
export async function fitRidge(train: LabelledRows, classes: number, penalties: readonly number[]): Promise<FlatProbe[]> {
  const { rows, dim } = train;
  const mean = meanRow(train);
  const share = new Float64Array(classes); // of each class; the mean target is 2 share - 1
  for (const label of train.labels) share[label]! += 1 / rows;
  const { gram, cross } = await products(centre(train, mean), classes, share);
  return penalties.map((penalty) => {
    const system = gram.slice();
    for (let d = 0; d < dim; d++) system[d * dim + d]! += penalty * rows;
    const solution = cross.slice();
    cholesky(system, dim);
    solveLower(system, solution, dim, classes);
    solveUpper(system, solution, dim, classes);
    const flat = new Float64Array((dim + 1) * classes);
    flat.set(solution);
    for (let c = 0; c < classes; c++) {
      let offset = 2 * share[c]! - 1;
      for (let d = 0; d < dim; d++) offset -= mean[d]! * solution[d * classes + c]!;
      flat[dim * classes + c] = offset;
    }
    return flat;
  });
}

/** X'X [D, D] and X'(Y - mean Y) [D, C] of centred rows. */
async function products({ rows, dim, features, labels }: LabelledRows, classes: number, share: Float64Array) {
  const gram = new Float64Array(dim * dim);
  const cross = new Float64Array(dim * classes);
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const end = Math.min(rows, start + BLOCK_ROWS);
    const parts = tf.tidy(() => {
      const block = tf.tensor2d(features.subarray(start * dim, end * dim), [end - start, dim]);
      const hot = tf.oneHot(tf.tensor1d(labels.subarray(start, end), 'int32'), classes);
      const target = tf.mul<tf.Tensor2D>(tf.sub(hot, tf.tensor1d(Float32Array.from(share))), 2);
      return [tf.matMul(block, block, true, false), tf.matMul(block, target, true, false)];
    });
    const [own, towards] = await Promise.all(parts.map((part) => part.data()));
    tf.dispose(parts);
    for (let at = 0; at < gram.length; at++) gram[at]! += own![at]!;
    for (let at = 0; at < cross.length; at++) cross[at]! += towards![at]!;
  }
  return { gram, cross };
}
