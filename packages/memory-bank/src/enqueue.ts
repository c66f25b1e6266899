import type { BankState } from '@mochi/contract';
import { scatterRows } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { checkEntries } from './check-entries.js';
import { bankTooSmall } from './errors.js';

/**
 * The bank after a batch of keys is written at the cursor, over the end and on from row 0: any K and any B <= K work.
 *
 * @param bank Left untouched. Rows [K, D].
 * @param keys Unit vectors, [B, D].
 * @param ids Their samples, [B] int32.
 * @param step The step that writes them, int32 scalar.
 * @param labels Their classes, [B] int32; needed if, and only if, the bank keeps labels.
 * @returns New tensors, which the caller disposes.
 * @throws MOCHI_BANK_TOO_SMALL when B > K: a key would overwrite another of its own batch.
 * @throws MOCHI_BANK_SHAPE when keys, ids and labels do not belong to one batch of this width.
 * @throws MOCHI_BANK_DTYPE when ids, step or labels are not int32.
 * @throws MOCHI_BANK_LABELS_MISSING when the bank keeps labels and none are given.
 * @see He et al. 2020, Momentum Contrast, arXiv:1911.05722, section 3.2
 */
export function enqueue(bank: BankState, keys: tf.Tensor2D, ids: tf.Tensor1D, step: tf.Scalar, labels?: tf.Tensor1D): BankState {
  const [capacity] = bank.rows.shape;
  const [batch] = keys.shape;
  if (batch > capacity) throw bankTooSmall(capacity, batch);
  checkEntries(bank, { keys, ids, step, labels });
  return tf.tidy(() => {
    const count = tf.scalar(batch, 'int32'); // a bare number would turn the sums into float32
    const size = tf.scalar(capacity, 'int32');
    const at = tf.mod<tf.Tensor1D>(tf.add(bank.cursor, tf.range(0, batch, 1, 'int32')), size); // [B]
    const replace = <T extends tf.Tensor>(target: T, values: tf.Tensor): T => scatterRows(target, at, values) as T;
    return {
      rows: replace(bank.rows, keys),
      ids: replace(bank.ids, ids),
      writtenAt: replace(bank.writtenAt, tf.broadcastTo(step, [batch])),
      ...(bank.labels && labels && { labels: replace(bank.labels, labels) }),
      cursor: tf.mod<tf.Scalar>(tf.add(bank.cursor, count), size),
      filled: tf.minimum<tf.Scalar>(tf.add(bank.filled, count), size),
    };
  });
}
