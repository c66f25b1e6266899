import type { BankView } from '@mochi/contract';
import { topK } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from './means.js';

/** Of K rows, a sixteenth, at most 1,024: the share that MoCHi's settings have. */
const defaultPool = (capacity: number): number => Math.min(1024, Math.max(1, Math.floor(capacity / 16)));

/** The rows of a bank that are most similar to each query, among those that may be drawn. */
export interface Hardest {
  /** [B, N] int32, most similar first. */
  readonly rows: tf.Tensor2D;
  /** 0 where fewer than N rows may be drawn, else 1, [B, N]. */
  readonly counted: tf.Tensor2D;
}

/** N, for a bank of so many rows. @param n Rows that are wanted; no more than there are. */
export const poolOf = (capacity: number, n: number | undefined): number => Math.min(n ?? defaultPool(capacity), capacity);

/** @param n As of `poolOf`. */
export function hardestOf({ similarities, mask }: BankView, n: number | undefined): Hardest {
  const count = poolOf(similarities.shape[1], n);
  const allowed = mask ? tf.add<tf.Tensor2D>(similarities, mask) : similarities;
  const { values, indices } = topK(allowed, count);
  return { rows: indices, counted: asFloat(tf.greater(values, -Infinity)) };
}
