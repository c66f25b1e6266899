import { hostRandom } from '@mochi/tensorflow';
import { noBatch } from './errors.js';

/**
 * The order of the samples in an epoch: a permutation of [0, length) that depends on (seed, epoch) alone. No shuffle buffer, so that a run
 * that is resumed at a position goes on exactly.
 */
export const epochOrder = (length: number, seed: number, epoch: number): Int32Array =>
  hostRandom(seed, `order/epoch-${epoch}`).permutation(length);

/**
 * Whole batches in an epoch; the rest of the order is left out.
 *
 * @throws MOCHI_NO_BATCH when there is none.
 */
export function stepsPerEpoch(length: number, batchSize: number): number {
  if (length < batchSize) throw noBatch(length, batchSize);
  return Math.floor(length / batchSize);
}
