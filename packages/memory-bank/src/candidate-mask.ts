import type { BankState, MemoryBank } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The rows that each query may draw, to be added to its cosines before top-N and to its logits.
 *
 * @param options.ids Samples of the queries, [B] int32. An id below 0 is no sample and hides no row.
 * @param options.fill `mask` leaves out rows not yet written; `keys` too, which then are those that a first epoch was too short for. @param options.maskSelf leaves out rows of the query's own sample.
 * @returns [B, K] float32, 0 where a row may be drawn and -Infinity where not; undefined where every row may be, at no cost.
 */
export function candidateMask(options: {
  bank: BankState;
  ids: tf.Tensor1D;
  fill: MemoryBank['fill'];
  maskSelf: boolean;
}): tf.Tensor2D | undefined {
  const { bank, ids, fill, maskSelf } = options;
  if (fill === 'random' && !maskSelf) return undefined;
  const [batch] = ids.shape;
  const [capacity] = bank.ids.shape;
  return tf.tidy(() => {
    const hidden: tf.Tensor[] = []; // [1, K] or [B, K] bool
    if (fill !== 'random') hidden.push(tf.expandDims(unwritten(bank), 0));
    if (maskSelf) hidden.push(ownRows(bank, ids));
    const left = tf.broadcastTo(hidden.reduce(tf.logicalOr), [batch, capacity]);
    return tf.where(left, tf.fill([batch, capacity], -Infinity), tf.zeros([batch, capacity])) as tf.Tensor2D;
  });
}

const unwritten = (bank: BankState): tf.Tensor => tf.less(bank.writtenAt, tf.scalar(0, 'int32')); // [K]

function ownRows(bank: BankState, ids: tf.Tensor1D): tf.Tensor {
  const rows = tf.expandDims(bank.ids, 0); // [1, K]
  const same = tf.equal(rows, tf.expandDims(ids, 1)); // [B, K]
  // Unwritten rows all have id -1: they are no image, so they are nobody's own.
  return tf.logicalAnd(same, tf.greaterEqual(rows, tf.scalar(0, 'int32')));
}
