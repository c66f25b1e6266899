import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncoderWeights } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { disposeTree } from '@mochi/tensorflow';
import {
  assemble,
  CONFIG_FILE,
  findCheckpoint,
  initialState,
  readJson,
  restore,
  type Restored,
  type RunParts,
} from '@mochi/trainer';
import { noSuchEncoder } from './errors.js';
import { openRun, openRunOnEngine, type OpenOptions } from './open-run.js';

/** What a finished or interrupted run left: its parts and its newest state. */
export interface OpenedRun extends Restored {
  readonly host: RunHost;
  readonly parts: RunParts;
  /** The checkpoint that was read; null where a config was opened, whose state is that of step 0. */
  readonly checkpoint: string | null;
  dispose(): Promise<void>;
}

export interface OpenTrainedOptions extends OpenOptions {
  /** Changes the config before anything is made of it. */
  readonly change?: (config: Record<string, unknown>) => Record<string, unknown>;
}

/** The folder of the run that a path (a run or one of its checkpoints) belongs to. */
export async function runFolderOf(path: string): Promise<string> {
  return join(await findCheckpoint(path), '..', '..');
}

/**
 * Opens a trained run for reading; or what a config begins with, e.g. with weights that `encoder.weights` imports.
 *
 * @param path Run folder (its newest checkpoint), checkpoint folder, or config file.
 * @throws MOCHI_CHECKPOINT_MISSING, MOCHI_CHECKPOINT_CORRUPT, MOCHI_CHECKPOINT_MISMATCH; MOCHI_WEIGHTS_*
 */
export async function openTrained(path: string, options: OpenTrainedOptions = {}): Promise<OpenedRun> {
  const checkpoint = (await isFile(path)) ? null : await findCheckpoint(path);
  const written = checkpoint === null ? await configOf(path, options) : await configOfRun(checkpoint);
  const host = await openRunOnEngine(options.change?.(written) ?? written, options);
  try {
    const parts = await assemble(host, { reading: true });
    const { state, position } = checkpoint === null ? beginning(parts) : await restore(parts, checkpoint);
    const dispose = async (): Promise<void> => {
      disposeTree(state);
      parts.evaluation.reader.dispose();
      await host.dispose();
    };
    return { host, parts, state, position, checkpoint, dispose };
  } catch (error) {
    await host.dispose();
    throw error;
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

async function configOf(path: string, options: OpenOptions): Promise<Record<string, unknown>> {
  const host = await openRun(path, { ...options, onEvent: undefined, log: undefined }); // opened again, and told of then
  try {
    return { ...host.config };
  } finally {
    await host.dispose();
  }
}

/** A checkpoint has the weights: the file that they were imported from may be gone by now. */
async function configOfRun(checkpoint: string): Promise<Record<string, unknown>> {
  const config = await readJson<Record<string, unknown>>(join(checkpoint, '..', '..', CONFIG_FILE));
  const { encoder } = config;
  if (typeof encoder !== 'object' || encoder === null) return config;
  const { weights: _, ...rest } = encoder as Record<string, unknown>;
  return { ...config, encoder: rest };
}

const beginning = (parts: RunParts): Restored => ({
  state: initialState(parts.step, parts.states),
  position: { step: 0, epoch: 0, sample: 0, skipped: 0, seen: 0, seconds: 0, best: null },
});

/** Weights of one of the run's encoders; they belong to the run. @throws MOCHI_ENCODER_UNKNOWN */
export function weightsOf({ parts, state }: OpenedRun, encoder = 'query'): EncoderWeights {
  const all = parts.step.method.part.encoders(state.params, state.method);
  const found = all[encoder];
  if (!found) throw noSuchEncoder(encoder, Object.keys(all));
  return found;
}
