import type { SampleContext } from '@mochi/contract';
import { mostOf, type Rampable } from '@mochi/optim';
import * as tf from '@tensorflow/tfjs-core';
import { candidatesOf } from '../candidates.js';
import { requireRows } from '../errors.js';
import { hardestRows } from './hardest-rows.js';
import type { Count } from './ramped-counts.js';

/** Rows to draw from. */
export interface Pool {
  /** [B, N] int32. */
  readonly rows: tf.Tensor2D;
  /** How many of them each query may draw, the first ones, [B, 1] float32. Absent: all. */
  readonly available?: tf.Tensor2D;
}

/** Each query's N hardest rows; where N is a ramp, the hardest of as many as it ever has. Call it inside a tidy. @throws MOCHI_POOL_TOO_LARGE */
export function hardestPool({ similarities, mask }: Pick<SampleContext, 'similarities' | 'mask'>, { most, active }: Count): Pool {
  const free = mask ? { available: candidatesOf(mask) } : {};
  if (!active) return { rows: hardestRows(similarities, most, mask), ...free };
  const all = free.available ?? tf.fill([similarities.shape[0], 1], most);
  return { rows: hardestRows(similarities, most, mask, 'most-similar-first'), available: tf.minimum(all, active) as tf.Tensor2D };
}

/**
 * Whether a bank has as many rows as N ever is, where anything is made of them.
 *
 * @returns A remark where N is all of them.
 * @throws MOCHI_POOL_TOO_LARGE
 */
export function requirePool({ n, s, sPrime }: Record<'n' | 's' | 'sPrime', Rampable>, capacity: number): string | undefined {
  if (mostOf(s) + mostOf(sPrime) === 0) return undefined;
  requireRows('n', mostOf(n), capacity);
  if (typeof n !== 'number' || n < capacity) return undefined;
  return `sampler.n is ${n}, all rows of the bank: the "hardest" rows that it mixes are then any rows; a smaller n, or a larger bank.capacity, makes them hard`;
}
