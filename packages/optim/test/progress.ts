import type { Progress } from '@mochi/contract';

/** Progress of a run at a step. */
export const progressAt = (step: number, stepsPerEpoch: number, epochs: number): Progress => ({
  step,
  epoch: Math.floor(step / stepsPerEpoch),
  epochs: step / stepsPerEpoch,
  stepsPerEpoch,
  totalSteps: stepsPerEpoch * epochs,
  filled: 0,
});
