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
  type Position,
  type Restored,
  type RunParts,
} from '@mochi/trainer';
import { noSuchEncoder, weightsAlone } from './errors.js';
import { openRun, openRunOnEngine, type OpenOptions } from './open-run.js';

/** What a finished or interrupted run left: its parts and its newest state. */
export interface OpenedRun extends Restored {
  readonly host: RunHost;
  readonly parts: RunParts;
  dispose(): Promise<void>;
}

export interface OpenTrainedOptions extends OpenOptions {
  /** Changes the config before anything is made of it. */
  readonly change?: (config: Readonly<Record<string, unknown>>) => Record<string, unknown> | Promise<Record<string, unknown>>;
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
  const located = await locate(path, options);
  const { config } = located;
  const host = await openRunOnEngine((await options.change?.(config)) ?? config, options);
  try {
    const parts = await assemble(host, { reading: true });
    const { state, position, checkpoint } = located.checkpoint === null ? beginning(parts) : await restore(parts, path);
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

/** What a path stands for. */
export interface Located {
  /** Null where it is a config. Of a run that is being trained it may soon be gone. */
  readonly checkpoint: string | null;
  /** The config as the run recorded it. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** @param path Run folder, checkpoint folder, or config file. @throws MOCHI_CHECKPOINT_MISSING, MOCHI_CHECKPOINT_CORRUPT, and what `openRun` throws */
export async function locate(path: string, options: OpenOptions): Promise<Located> {
  if (await isFile(path)) {
    if (WEIGHTS.test(path)) throw weightsAlone(path);
    return { checkpoint: null, config: await configOf(path, options) };
  }
  const checkpoint = await findCheckpoint(path);
  return { checkpoint, config: await readJson(join(checkpoint, '..', '..', CONFIG_FILE)) };
}

/** Endings of weights files. */
export const WEIGHTS = /\.(safetensors|pth|pt|tar|bin)$/i;

export const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

async function configOf(path: string, options: OpenOptions): Promise<Record<string, unknown>> {
  const overrides = options.overrides?.filter((word) => !word.startsWith('exporters.')) ?? []; // of an exporter that is named later
  const host = await openRun(path, { ...options, overrides, onEvent: undefined, log: undefined }); // opened again, and told of then
  try {
    return { ...host.config };
  } finally {
    await host.dispose();
  }
}

const beginning = (parts: RunParts): Restored => ({
  checkpoint: null,
  state: initialState(parts.step, parts.states),
  position: { ...START },
});

/** Where a run stands before its first step. */
export const START: Position = { step: 0, epoch: 0, sample: 0, skipped: 0, seen: 0, seconds: 0, best: null };

/** Weights of one of the run's encoders; they belong to the run. @throws MOCHI_ENCODER_UNKNOWN */
export function weightsOf({ parts, state }: OpenedRun, encoder = 'query'): EncoderWeights {
  return pick(parts.step.method.part.encoders(state.params, state.method), encoder);
}

/** @throws MOCHI_ENCODER_UNKNOWN */
export function pick<T>(encoders: Readonly<Record<string, T>>, name: string): T {
  if (!Object.hasOwn(encoders, name)) throw noSuchEncoder(name, Object.keys(encoders));
  return encoders[name]!;
}
