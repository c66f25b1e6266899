import type { Progress } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import type { Feeds, StepParts } from '../step/parts.js';

export type ScalarInputs = ReadonlyMap<string, ReadonlyMap<string, (progress: Progress) => number>>;

/** The numbers of one step as tensors. The caller disposes them. */
export function makeFeeds(parts: StepParts, scalars: ScalarInputs, progress: Progress): Feeds {
  const fed: Record<string, Record<string, tf.Scalar>> = {};
  for (const [id, values] of scalars) {
    fed[id] = Object.fromEntries([...values].map(([name, value]) => [name, tf.scalar(value(progress), 'float32')]));
  }
  return {
    step: tf.scalar(progress.step, 'int32'),
    epoch: tf.scalar(progress.epoch, 'int32'),
    rate: tf.scalar(rateAt(parts, progress), 'float32'),
    scalars: fed,
  };
}

/** Learning rate of the step that comes next. */
export const rateAt = ({ optimizer, schedule }: StepParts, progress: Progress): number =>
  optimizer.rate * schedule.factor(progress);

/** The trace that the step needs: the phase of each sampler. */
export const phasesAt = ({ samplers }: StepParts, progress: Progress): Record<string, string> =>
  Object.fromEntries(samplers.map(({ id, part }) => [id, part.phase?.(progress) ?? 'full']));
