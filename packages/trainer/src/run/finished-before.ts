import { join } from 'node:path';
import type { TrainResult } from '../train.js';
import type { RunParts } from './assemble.js';
import { readJson, SUMMARY_FILE } from './run-folder.js';

/**
 * The result of a run that ended before and has nothing left to do: all steps done, every evaluator of the config measured. Null where there is
 * something left. So whoever repeats a command after an interruption need not know whether the run was over.
 *
 * @param step Where the checkpoint of `runDir` stands.
 */
export async function finishedBefore(parts: RunParts, runDir: string | null, step: number): Promise<TrainResult | null> {
  if (runDir === null || step < parts.totalSteps) return null;
  const summary = await readJson<TrainResult & { name: string; parameters: number }>(join(runDir, SUMMARY_FILE)).catch(
    () => null,
  );
  if (summary?.outcome !== 'finished' || summary.step !== step || summary.failures.length > 0) return null;
  const measured = parts.evaluators.every(({ name }) => Object.keys(summary.results).some((key) => key.startsWith(`${name}/`)));
  const { name: _, parameters: __, ...result } = summary;
  return measured ? { ...result, runDir } : null;
}
