import type { Progress } from '@mochi/contract';
import { duration, inSteps } from '@mochi/core';
import { z } from 'zod';

/** A number that moves in a straight line while a run goes on, to embed in the schema of a plugin. */
export const rampConfig = z.strictObject({
  from: z.number().describe('value at the start'),
  to: z.number().describe('value at the end and from then on'),
  over: duration.describe('time from one to the other; 0 is at once'),
  after: duration.prefault('0ep').describe('time before it begins to move'),
});
export type RampConfig = z.infer<typeof rampConfig>;
export type RampOptions = z.input<typeof rampConfig>;

/**
 * The value of a ramp at a moment of the run, by step: for `host.scalar(name, ramp({ from: 0, to: 1, over: '10ep' }))`.
 *
 * @param options `from` and `to` in the unit of the value, `over` and `after` durations (`10ep`, `500st`).
 * @returns A pure function of progress. @throws ZodError where an option is wrong or misspelt.
 */
export function ramp(options: RampOptions): (progress: Progress) => number {
  const { from, to, over, after } = rampConfig.parse(options);
  return ({ step, stepsPerEpoch }) => {
    const [length, since] = [inSteps(over, stepsPerEpoch), step - inSteps(after, stepsPerEpoch)];
    if (since < 0) return from;
    return since >= length ? to : from + (to - from) * (since / length);
  };
}
