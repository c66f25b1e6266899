import type { NegativeSampler, Sampled, SampleContext } from '@mochi/contract';
import { inSteps, type Duration } from '@mochi/core';
import { uniformNegatives } from './uniform/uniform-sampler.js';

/** The whole bank in the phase `warm-up`, until so much training has passed; `sample` in the phase `full`, after it. */
export const afterWarmUp = (
  warmup: Duration,
  sample: (context: SampleContext) => Sampled,
): Pick<NegativeSampler, 'phase' | 'sample'> => ({
  phase: ({ step, stepsPerEpoch }) => (step < inSteps(warmup, stepsPerEpoch) ? 'warm-up' : 'full'),
  sample: (context) => (context.phase === 'warm-up' ? uniformNegatives(context) : sample(context)),
});
