import type { Schedule } from '@mochi/contract';
import {
  constantConfig,
  cosineConfig,
  stepConfig,
  type ConstantOptions,
  type CosineOptions,
  type StepOptions,
} from './config.js';
import { withWarmup } from './warm-up.js';

/** The base rate throughout, after the warm-up. @throws ZodError where an option is wrong or misspelt, as in every schedule. */
export function constant(options: ConstantOptions = {}): Schedule {
  const config = constantConfig.parse(options);
  return { name: 'constant', factor: (progress) => withWarmup(config, progress, () => 1) };
}

/**
 * Half a cosine over what the warm-up leaves of the run: min + (1 - min) (1 + cos(pi t / T)) / 2. By step, t counts optimizer steps from 0, so
 * the last step of T has t = T - 1; by epoch, t is the same for all steps of an epoch.
 *
 * @see Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983, equation 5, without restarts
 */
export function cosine(options: CosineOptions = {}): Schedule {
  const config = cosineConfig.parse(options);
  return {
    name: 'cosine',
    factor: (progress) =>
      withWarmup(config, progress, ({ at, warmup, total }) => {
        // A run that was extended past its end, or is all warm-up, stays at the end of the curve.
        const share = total > warmup ? Math.min(1, (at - warmup) / (total - warmup)) : 1;
        return config.min + (1 - config.min) * 0.5 * (1 + Math.cos(Math.PI * share));
      }),
  };
}

/** gamma to the power of the milestones that have passed. Milestones are epochs from the start of the run, whatever the warm-up. */
export function step(options: StepOptions): Schedule {
  const config = stepConfig.parse(options);
  return {
    name: 'step',
    factor: (progress) =>
      withWarmup(config, progress, ({ at }) => {
        const passed = config.milestones.filter((epoch) => at >= epoch * progress.stepsPerEpoch);
        return config.gamma ** passed.length;
      }),
  };
}
