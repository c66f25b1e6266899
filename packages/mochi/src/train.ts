import { runTraining, type TrainOptions as RunOptions, type TrainResult } from '@mochi/trainer';
import { openRunOnEngine, type ConfigInput, type OpenOptions } from './open-run.js';

export interface TrainOptions extends OpenOptions, Partial<RunOptions> {}

/**
 * Trains what a config says, from the first check to the summary.
 *
 * @param options.runDir Folder of the run; default null: nothing is written.
 * @throws MochiError with a code of docs/errors.md.
 */
export async function train(config: ConfigInput, options: TrainOptions = {}): Promise<TrainResult> {
  const host = await openRunOnEngine(config, options);
  try {
    const { runDir = null, resume, signal } = options;
    return await runTraining(host, { runDir, resume, signal });
  } finally {
    await host.dispose();
  }
}
