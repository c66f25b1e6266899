import { hardestRows } from '@mochi/samplers';
import { gather, logSumExp, topK } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** A part of a bank: rows [first, first + K_s) of it, as the worker that holds them sees them. */
export interface Shard {
  readonly first: number;
  /** [B, K_s] */
  readonly similarities: tf.Tensor2D;
  readonly mask?: tf.Tensor2D;
}

/** Cuts what a whole bank would show into consecutive parts of these sizes. */
export function shardsOf(sizes: readonly number[], similarities: tf.Tensor2D, mask?: tf.Tensor2D): Shard[] {
  let first = 0;
  return sizes.map((size) => {
    const part = (x: tf.Tensor2D): tf.Tensor2D => tf.slice(x, [0, first], [-1, size]);
    const shard = { first, similarities: part(similarities), ...(mask ? { mask: part(mask) } : {}) };
    first += size;
    return shard;
  });
}

/**
 * The N hardest rows of the whole bank, most similar first, from each shard's own min(N, K_s). Candidates stand in the order of the shards, and
 * of equal ones the first is taken, here as within a shard: so ties fall as in one bank.
 */
export function mergeHardest(shards: readonly Shard[], count: number): tf.Tensor2D {
  const local = shards.map(({ first, similarities, mask }) => {
    const rows = hardestRows(similarities, Math.min(count, similarities.shape[1]), mask, 'most-similar-first');
    const values = gather(mask ? tf.add(similarities, mask) : similarities, rows, { axis: 1, batchDims: 1 });
    return { values, rows: tf.add(rows, tf.scalar(first, 'int32')) };
  });
  const { indices } = topK(tf.concat(local.map(({ values }) => values), 1), count); // prettier-ignore
  return gather(tf.concat(local.map(({ rows }) => rows), 1), indices, { axis: 1, batchDims: 1 }) as tf.Tensor2D; // prettier-ignore
}

/** log sum_j e^(x_j) over the whole bank, [B], from each shard's own. */
export const mergeLogSumExp = (shards: readonly Shard[], temperature: number): tf.Tensor1D => {
  const local = shards.map(({ similarities, mask }) => {
    const logits = tf.div(similarities, temperature);
    return logSumExp<tf.Tensor1D>(mask ? tf.add(logits, mask) : logits);
  });
  return logSumExp(tf.stack(local, 1));
};

/** The same rows in the order of the bank: what MoCHi draws from. */
export const inBankOrder = (rows: tf.Tensor2D): tf.Tensor2D => tf.neg(topK(tf.neg(rows), rows.shape[1]).values);
