import type { PositiveContext, Positives, PositiveSource } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { NearestNeighbourConfig } from './config.js';

/** What is looked at: a part of PositiveContext, so that own loops need no more. */
export type NeighbourContext = Pick<PositiveContext, 'keys' | 'ids' | 'bank' | 'similarities'>;

/**
 * The row of the bank that is nearest to each key; of equal ones the first. A row that was never written is nobody's neighbour: where there is no
 * other, the key itself.
 *
 * @param options.maskSelf Leaves out rows of the key's own sample.
 * @returns Unit vectors [B, D], and a mask [B, K] of the rows that they are; the caller disposes both.
 * @see Dwibedi et al. 2021, With a Little Help from My Friends, arXiv:2104.14548, section 3.2
 */
export function nearestRows(
  { keys, ids, bank, similarities }: NeighbourContext,
  { maskSelf }: { readonly maskSelf: boolean },
): Required<Positives> {
  return tf.tidy(() => {
    const written = tf.expandDims(tf.greaterEqual(bank.writtenAt, tf.scalar(0, 'int32')), 0); // [1, K]
    const other = tf.notEqual(tf.expandDims(bank.ids, 0), tf.expandDims(ids, 1)); // [B, K]
    const allowed = tf.broadcastTo(maskSelf ? tf.logicalAnd(written, other) : written, similarities.shape);
    const candidates = tf.where(allowed, similarities, tf.fill(similarities.shape, -Infinity));
    const at = tf.cast(tf.argMax(candidates, 1), 'int32'); // [B]
    const some = tf.any(allowed, 1, true); // [B, 1]
    const chosen = tf.logicalAnd(tf.equal(tf.expandDims(at, 1), tf.range(0, bank.rows.shape[0], 1, 'int32')), some);
    return {
      positives: tf.where(some, gather(bank.rows, at), keys) as tf.Tensor2D,
      mask: tf.where(chosen, tf.fill(similarities.shape, -Infinity), tf.zeros(similarities.shape)) as tf.Tensor2D,
    };
  });
}

export const nearestNeighbour = ({ bank, maskSelf }: NearestNeighbourConfig): PositiveSource => ({
  name: 'nearest-neighbour',
  bank,
  positives: (context) => nearestRows(context, { maskSelf }),
});
