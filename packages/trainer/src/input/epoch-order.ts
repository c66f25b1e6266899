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

/** One of `world` workers that share every batch. */
export interface Shard {
  /** 0 to world - 1. */
  readonly rank: number;
  readonly world: number;
}

/**
 * The part of an order that a worker reads: of every `world` batches put together, its own one. So batch n of all workers, in the order of
 * their ranks, is batch n of a single worker with batches `world` times as large.
 *
 * @param batchSize Images of one worker's batch.
 */
export function shardOf(order: Int32Array, batchSize: number, { rank, world }: Shard): Int32Array {
  if (world === 1) return order;
  const parts: Int32Array[] = [];
  for (let from = rank * batchSize; from < order.length; from += world * batchSize)
    parts.push(order.subarray(from, from + batchSize));
  const shard = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    shard.set(part, at);
    at += part.length;
  }
  return shard;
}

/**
 * The samples of an epoch that workers share: those of whole batches of all of them, so that each has as many batches. A single worker keeps the
 * rest: it takes the places of broken images.
 */
export const sharedLength = (length: number, batchSize: number, { world }: Shard): number =>
  world === 1 ? length : Math.floor(length / (world * batchSize)) * world * batchSize;

export const WHOLE: Shard = { rank: 0, world: 1 };
