import type { BankState } from '@mochi/contract';
import type * as tf from '@tensorflow/tfjs-core';
import { bankDtype, bankLabelsMissing, bankShapeMismatch } from './errors.js';

/** What is written into a bank. */
export interface Entries {
  readonly keys: tf.Tensor2D;
  readonly ids: tf.Tensor1D;
  readonly step: tf.Scalar;
  readonly labels: tf.Tensor1D | undefined;
}

/** Shapes and dtypes are known while tracing, so this costs a step nothing. @throws MOCHI_BANK_SHAPE, MOCHI_BANK_DTYPE, MOCHI_BANK_LABELS_MISSING */
export function checkEntries(bank: BankState, { keys, ids, step, labels }: Entries): void {
  const [, dim] = bank.rows.shape;
  const [batch] = keys.shape;
  if (keys.rank !== 2 || keys.shape[1] !== dim) throw bankShapeMismatch('keys', keys.shape, [batch, dim]);
  if (ids.rank !== 1 || ids.shape[0] !== batch) throw bankShapeMismatch('ids', ids.shape, [batch]);
  if (bank.labels && !labels) throw bankLabelsMissing();
  if (labels && (labels.rank !== 1 || labels.shape[0] !== batch)) throw bankShapeMismatch('labels', labels.shape, [batch]);
  requireInt32('ids', ids, "tf.tensor1d(ids, 'int32')");
  requireInt32('a step', step, "tf.scalar(step, 'int32')");
  if (labels) requireInt32('labels', labels, "tf.tensor1d(labels, 'int32')");
}

function requireInt32(what: string, { dtype }: Partial<tf.Tensor>, example: string): void {
  if (dtype !== 'int32') throw bankDtype(what, dtype ?? 'none (no tensor)', example);
}
