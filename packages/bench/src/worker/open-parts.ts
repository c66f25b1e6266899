import { openRunOnEngine } from '@mochi/mochi';
import { assemble, type RunParts } from '@mochi/trainer';
import { configOf, type TrainOptions } from '../options.js';

/** The parts of a run that is never trained. */
export async function openParts(options: TrainOptions): Promise<RunParts> {
  return assemble(await openRunOnEngine(configOf(options)));
}
