import type { TrainOptions } from '../options.js';
import { viewsTask } from './views.js';
import type { Task } from './task.js';

/** From the name of a folder to its first batch, anew at each turn. */
export async function filesTask(options: TrainOptions): Promise<Task> {
  return {
    turn: async (count) => {
      for (let at = 0; at < count; at++) await (await viewsTask(options)).turn(1);
      return count;
    },
  };
}
