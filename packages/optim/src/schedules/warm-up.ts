import type { Progress } from '@mochi/contract';
import { inSteps } from '@mochi/core';
import type { ConstantConfig } from './config.js';

/** Where a schedule stands, all in steps. */
export interface Moment {
  /** Steps done; with `by: epoch`, steps done at the start of the epoch. */
  readonly at: number;
  /** Steps of the warm-up. */
  readonly warmup: number;
  /** Steps of the run. */
  readonly total: number;
}

/**
 * The factor of a schedule with its warm-up: linear from `warmupFrom` to 1 while the warm-up lasts (0 at step 0 means that the first step
 * changes nothing but statistics), `after(moment)` from then on.
 */
export function withWarmup(options: ConstantConfig, progress: Progress, after: (moment: Moment) => number): number {
  const { step, epoch, stepsPerEpoch, totalSteps } = progress;
  const at = options.by === 'epoch' ? epoch * stepsPerEpoch : step;
  const warmup = inSteps(options.warmup, stepsPerEpoch);
  if (at < warmup) return options.warmupFrom + (1 - options.warmupFrom) * (at / warmup);
  return after({ at, warmup, total: totalSteps });
}
