import type { NegativeSampler } from '@mochi/contract';
import type { StepParts } from '../step/parts.js';
import { filledBy } from './fill-banks.js';

/**
 * Tells of samplers that never leave their warm-up: a short trial run would compare plain negatives with plain negatives, and not say so.
 *
 * @param warn Gets the sampler's name and the message.
 */
export function noticeEndlessWarmUp(
  step: StepParts,
  {
    stepsPerEpoch,
    totalSteps,
    batchSize,
  }: { readonly stepsPerEpoch: number; readonly totalSteps: number; readonly batchSize: number },
  warn: (name: string, message: string) => void,
): void {
  const last = Math.max(0, totalSteps - 1);
  const at = { step: last, epoch: Math.floor(last / stepsPerEpoch), epochs: last / stepsPerEpoch };
  const progress = { ...at, stepsPerEpoch, totalSteps, filled: filledBy(step, last * batchSize) };
  const isWarming = (part: NegativeSampler): boolean => part.phase?.(progress) === 'warm-up';
  for (const { part } of step.samplers.filter((one) => isWarming(one.part)))
    warn(
      part.name,
      `stays in its warm-up for all ${totalSteps} steps of this run (${stepsPerEpoch} an epoch), so it never does what it is for; a smaller warmup, or 0, begins it earlier`,
    );
}
