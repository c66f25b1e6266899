import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export const CHECKPOINTS = 'checkpoints';
export const STATE_FILE = 'state.safetensors';
export const MANIFEST_FILE = 'manifest.json';
/** Raised when a checkpoint's meaning changes; older ones are then refused by name. */
export const CHECKPOINT_FORMAT = 2;

/** Where a run stands, beside its tensors. */
export interface Position {
  /** Optimizer steps done. */
  step: number;
  /** The epoch that the next batch belongs to, and the source index in it. */
  epoch: number;
  sample: number;
  /** Samples left out so far because they could not be read. */
  skipped: number;
  /** Samples looked at so far. */
  seen: number;
  /** Seconds of training so far, over all resumptions. */
  seconds: number;
  /** The best value so far of the metric named by train.checkpoint.best, and the step of its checkpoint; null before the first. */
  best: { value: number; step: number } | null;
  /** The best value so far of the metric of train.earlyStopping, and the measurements since that were no better. Absent before the first. */
  stopping?: { value: number; since: number };
  /** Whether the signal cut the evaluators short that were due when the epoch before ended. Absent before the first has ended. */
  unmeasured?: boolean;
}

export interface Manifest {
  format: number;
  position: Position;
  seed: number;
  /** SHA-256 of the state file, hexadecimal. Equal states have equal hashes. */
  sha256: string;
  bytes: number;
  /** Results of evaluators at this step, by `evaluator/metric`. */
  metrics: Record<string, number>;
  versions: Record<string, string>;
}

export const checkpointName = (step: number): string => `step-${String(step).padStart(9, '0')}`;

export const checkpointPath = (runDir: string, step: number): string => join(runDir, CHECKPOINTS, checkpointName(step));

/** Folders of complete checkpoints of a run, oldest first. Folders under construction have another name and are not among them. */
export async function listCheckpoints(runDir: string): Promise<string[]> {
  const names = await readdir(join(runDir, CHECKPOINTS)).catch(() => []);
  return names
    .filter((name) => /^step-\d{9,}$/.test(name))
    .sort()
    .map((name) => join(runDir, CHECKPOINTS, name));
}
