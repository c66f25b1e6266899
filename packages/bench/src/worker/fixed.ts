import { disposeTree } from '@mochi/tensorflow';
import { BatchFeed, initialState, makeFeeds, phasesAt, StepRunner } from '@mochi/trainer';
import type { TrainOptions } from '../options.js';
import { openParts } from './open-parts.js';
import type { Task } from './task.js';

/** The step alone, on one batch over and over. */
export async function fixedTask(options: TrainOptions): Promise<Task> {
  const parts = await openParts(options);
  const feed = new BatchFeed({ ...parts, views: parts.step.method.part.views, seed: parts.step.seed, ...parts.train });
  const { batch } = await feed.next();
  await feed.dispose();
  const runner = new StepRunner(parts.buildStep(), false, parts.step.precision);
  let state = initialState(parts.step, parts.states);
  let step = 0;
  const one = async (last: boolean): Promise<void> => {
    const { stepsPerEpoch, totalSteps } = parts;
    const progress = { step, epoch: 0, epochs: 0, stepsPerEpoch, totalSteps, filled: options.bank };
    const feeds = makeFeeds(parts.step, parts.scalars, progress);
    const result = await runner.run(state, batch, feeds, phasesAt(parts.step, progress));
    state = result.state;
    step++;
    if (last) await result.metrics['loss']!.data(); // on a GPU the step is only queued until somebody reads
    disposeTree(result.metrics);
    disposeTree(feeds);
  };
  return {
    turn: async (count) => {
      for (let at = 0; at < count; at++) await one(at === count - 1);
      return count * options.batch;
    },
  };
}
