import { beforeStep } from '@mochi/contract';
import { openRunOnEngine } from '@mochi/mochi';
import { runTraining } from '@mochi/trainer';
import { configOf, type TrainOptions } from '../options.js';
import { Gate } from './gate.js';
import type { Task } from './task.js';

/** A whole training run, as `mochi train` does it, which a hook lets go on step by step. Nothing is written. */
export async function trainTask(options: TrainOptions): Promise<Task> {
  const host = await openRunOnEngine(configOf(options));
  const gate = new Gate();
  host.hooks.tap('bench', beforeStep, () => gate.pass());
  const failed = runTraining(host, { runDir: null }).then(
    () => new Error('The run ended by itself.'),
    (error: Error) => error,
  );
  return {
    turn: async (count) => {
      const error = await Promise.race([gate.open(count), failed]);
      if (error) throw error;
      return count * options.batch;
    },
  };
}
