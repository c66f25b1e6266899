import type { BankState } from '@mochi/contract';
import type * as tf from '@tensorflow/tfjs-core';
import { bankLabelsMissing, bankShapeMismatch } from './errors.js';

/** Shapes are known while tracing, so this costs a step nothing. @throws MOCHI_BANK_SHAPE, MOCHI_BANK_LABELS_MISSING */
export function checkEntries(bank: BankState, keys: tf.Tensor2D, ids: tf.Tensor1D, labels: tf.Tensor1D | undefined): void {
  const [, dim] = bank.rows.shape;
  const [batch] = keys.shape;
  if (keys.rank !== 2 || keys.shape[1] !== dim) throw bankShapeMismatch('keys', keys.shape, [batch, dim]);
  if (ids.rank !== 1 || ids.shape[0] !== batch) throw bankShapeMismatch('ids', ids.shape, [batch]);
  if (bank.labels && !labels) throw bankLabelsMissing();
  if (labels && (labels.rank !== 1 || labels.shape[0] !== batch)) throw bankShapeMismatch('labels', labels.shape, [batch]);
}
