import type { BankState } from '@mochi/contract';
import { gather, l2Normalize, scatterRows } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { checkEntries } from '../check-entries.js';

/**
 * The bank after the row of each sample has moved towards its key: row = normalize(momentum * row + (1 - momentum) * key). A row that was never
 * written becomes the key itself: what it held is chance. Keys of one sample in one batch (two views of an image) count by their mean.
 *
 * @param bank Left untouched. Rows [K, D], one for each sample.
 * @param keys Unit vectors, [B, D]. @param ids Their samples, [B] int32 in [0, K). @param step The step that writes them, int32 scalar.
 * @param labels Their classes, [B] int32; needed if, and only if, the bank keeps labels.
 * @returns New tensors, which the caller disposes. `cursor` stays 0; `filled` counts rows that were ever written.
 * @throws MOCHI_BANK_SHAPE, MOCHI_BANK_DTYPE, MOCHI_BANK_LABELS_MISSING
 * @see Wu et al. 2018, Unsupervised Feature Learning via Non-Parametric Instance Discrimination, arXiv:1805.01978
 */
export function updateRows(
  bank: BankState,
  keys: tf.Tensor2D,
  ids: tf.Tensor1D,
  step: tf.Scalar,
  momentum: number,
  labels?: tf.Tensor1D,
): BankState {
  checkEntries(bank, { keys, ids, step, labels });
  return tf.tidy(() => {
    const [batch] = ids.shape;
    const before = gather<tf.Tensor2D>(bank.rows, ids);
    const isNew = tf.less(gather<tf.Tensor1D>(bank.writtenAt, ids), tf.scalar(0, 'int32'));
    const share = tf.expandDims(tf.where(isNew, 0, tf.fill([batch], momentum)), 1); // [B, 1]
    const { mean, first } = bySample(keys, ids);
    const moved = l2Normalize(tf.add(tf.mul(share, before), tf.mul(tf.sub(1, share), mean)));
    // Of equal ids every entry writes what the first one has: which of them comes last changes no bit.
    const replace = <T extends tf.Tensor>(target: T, values: tf.Tensor): T =>
      scatterRows(target, ids, gather(values, first)) as T;
    const writtenAt = replace(bank.writtenAt, tf.broadcastTo(step, [batch]));
    return {
      rows: replace(bank.rows, moved),
      ids: replace(bank.ids, ids),
      writtenAt,
      ...(bank.labels && labels && { labels: replace(bank.labels, labels) }),
      cursor: tf.clone(bank.cursor),
      filled: tf.sum<tf.Scalar>(tf.cast(tf.greaterEqual(writtenAt, tf.scalar(0, 'int32')), 'int32')),
    };
  });
}

/** For each key the mean of the keys of its sample, [B, D], and the first place in the batch where its sample stands, [B] int32. */
function bySample(keys: tf.Tensor2D, ids: tf.Tensor1D): { mean: tf.Tensor2D; first: tf.Tensor1D } {
  const same = tf.cast(tf.equal(tf.expandDims(ids, 1), tf.expandDims(ids, 0)), 'float32'); // [B, B]
  const mean = tf.div<tf.Tensor2D>(tf.matMul(same, keys), tf.sum(same, 1, true));
  return { mean, first: tf.cast(tf.argMax(same, 1), 'int32') };
}
