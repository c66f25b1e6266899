import type { NegativeSampler } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { labelsMissing } from '../errors.js';
import type { OracleConfig } from './config.js';

/**
 * Leaves out the rows that are of the query's own class. Rows of no known class (label -1) stay, and so does everything for a query of none.
 *
 * @param labels Of the queries, [B] int32. @param rowLabels Of the rows, [K] int32.
 * @returns [B, K] float32: -Infinity where both have the same label, else 0; the caller disposes it.
 */
export const sameClassMask = (labels: tf.Tensor1D, rowLabels: tf.Tensor1D): tf.Tensor2D =>
  tf.tidy(() => {
    const known = tf.greaterEqual(rowLabels, tf.scalar(0, 'int32'));
    const same = tf.logicalAnd(tf.equal(tf.expandDims(labels, 1), tf.expandDims(rowLabels, 0)), known);
    return tf.where(same, -Infinity, 0) as tf.Tensor2D;
  });

/** @throws MOCHI_SAMPLER_LABELS where bank or batch come without labels. */
export const oracleSampler = ({ bank }: OracleConfig): NegativeSampler => ({
  ...{ name: 'oracle', role: 'filter', usesLabels: true, bank },
  sample({ labels, bank: { labels: rowLabels } }) {
    if (!labels || !rowLabels) throw labelsMissing(labels ? 'the bank' : 'the batch');
    return { blocks: [], mask: sameClassMask(labels, rowLabels) };
  },
});
