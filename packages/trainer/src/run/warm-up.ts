import type { NegativeSampler } from '@mochi/contract';
import type { StepParts } from '../step/parts.js';
import { filledBy } from './fill-banks.js';

/** How long a run is. */
export interface RunLength {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly batchSize: number;
}

/** Steps that a sampler of a run is in its warm-up, 0 where it has none; `totalSteps` where it never leaves it. */
export function warmUpSteps(
  parts: StepParts,
  { stepsPerEpoch, totalSteps, batchSize }: RunLength,
  sampler: NegativeSampler,
): number {
  const isWarming = (step: number): boolean => {
    const epochs = step / stepsPerEpoch;
    const progress = {
      step,
      epoch: Math.floor(epochs),
      epochs,
      stepsPerEpoch,
      totalSteps,
      filled: filledBy(parts, step * batchSize),
    };
    return sampler.phase?.(progress) === 'warm-up';
  };
  let [least, most] = [0, totalSteps]; // who has left the warm-up does not come back to it
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (isWarming(middle)) least = middle + 1;
    else most = middle;
  }
  return least;
}

/**
 * Tells of samplers that never leave their warm-up: a short trial run would compare plain negatives with plain negatives, and not say so.
 *
 * @param warn Gets the sampler's name and the message.
 */
export function noticeEndlessWarmUp(step: StepParts, length: RunLength, warn: (name: string, message: string) => void): void {
  const { stepsPerEpoch, totalSteps } = length;
  for (const { part } of step.samplers.filter((one) => totalSteps > 0 && warmUpSteps(step, length, one.part) === totalSteps))
    warn(
      part.name,
      `stays in its warm-up for all ${totalSteps} steps of this run (${stepsPerEpoch} an epoch), so it never does what it is for; a smaller warmup, or 0, begins it earlier`,
    );
}
