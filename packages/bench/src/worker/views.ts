import { disposeTree } from '@mochi/tensorflow';
import { BatchFeed } from '@mochi/trainer';
import type { TrainOptions } from '../options.js';
import { openParts } from './open-parts.js';
import type { Task } from './task.js';

/** The input of a training run alone: files to two views of each image. */
export async function viewsTask(options: TrainOptions): Promise<Task> {
  const parts = await openParts(options);
  const feed = new BatchFeed({ ...parts, views: parts.step.method.part.views, seed: parts.step.seed, ...parts.train });
  return {
    turn: async (count) => {
      for (let at = 0; at < count; at++) disposeTree((await feed.next()).batch);
      return count * options.batch;
    },
  };
}
