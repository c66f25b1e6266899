import type { Progress } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { DEFAULT_EPOCHS, type TrainConfig } from '@mochi/trainer';
import type { WatchedStep } from './watch-run.js';

/** What makes the measured steps unlike those of the whole run. @param planned The length that the config says. */
export function notesOf(host: RunHost, planned: TrainConfig, stepsPerEpoch: number, steps: readonly WatchedStep[]): string[] {
  const { epochs, steps: most = Infinity } = planned;
  const total = Math.min(most, (epochs ?? (most === Infinity ? DEFAULT_EPOCHS : Infinity)) * stepsPerEpoch);
  const at = (step: number): Progress => {
    const epoch = Math.floor(step / stepsPerEpoch);
    return { step, epoch, epochs: step / stepsPerEpoch, stepsPerEpoch, totalSteps: total, filled: Infinity };
  };
  const last = steps.at(-1)!.step;
  const phases = host.all('sampler').flatMap((sampler) => {
    const [now, later] = [last, total - 1].map((step) => sampler.phase?.(at(step)));
    return now === later
      ? []
      : [
          `The sampler ${sampler.name} was in its phase "${now}"; at the end of the run it is in "${later}": shorten its warm-up to profile that.`,
        ];
  });
  const anew = steps.filter(({ traceMs }) => traceMs > 0).map(({ step }) => step);
  return [
    ...phases,
    ...(anew.length > 0 ? [`The step was traced anew at step ${anew.join(', ')}: a larger warmup leaves that out.`] : []),
  ];
}
