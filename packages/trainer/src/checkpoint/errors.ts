import { MochiError } from '@mochi/contract';
import type { LockHolder } from '../run/run-lock.js';

export const checkpointCorrupt = (path: string, reason: string, cause?: unknown): MochiError =>
  new MochiError(
    'MOCHI_CHECKPOINT_CORRUPT',
    {
      happened: `The checkpoint ${path} cannot be read: ${reason}.`,
      expected: 'a checkpoint folder as it was written, with the hash that its manifest states',
      fix: 'Resume from an older checkpoint of the run by giving its folder, or copy this one again from where it came.',
    },
    { cause },
  );

/** @param found What is at the path. */
export const checkpointMissing = (path: string, found: 'nothing' | 'a file' | 'a folder' | 'a run'): MochiError =>
  new MochiError('MOCHI_CHECKPOINT_MISSING', {
    happened: {
      nothing: `The folder ${path} does not exist.`,
      'a file': `${path} is a file and no folder of a run.`,
      'a folder': `${path} is no run folder: it has no checkpoints.`,
      'a run': `The run in ${path} has no checkpoint yet.`,
    }[found],
    expected:
      'a run folder: what mochi train --run DIR, or train with runDir, wrote, with config.json and checkpoints/step-N; or one of those checkpoints',
    fix:
      found === 'a run'
        ? 'Wait until it has saved once, or go on with it: mochi train CONFIG --run DIR --resume, or train(config, { runDir, resume: true }).'
        : 'Correct the path: a relative one starts in the working directory.',
  });

export const checkpointMismatch = (path: string, differences: string[]): MochiError =>
  new MochiError('MOCHI_CHECKPOINT_MISMATCH', {
    happened: `The checkpoint ${path} belongs to another run: ${differences.slice(0, 3).join('; ')}${differences.length > 3 ? `; and ${differences.length - 3} more` : ''}.`,
    expected: 'the same tensors by name, shape and type as the config builds',
    fix: 'Resume with the config that wrote the checkpoint (config.json in its run folder): same encoder, bank, method, optimizer and plugins.',
  });

export const runFolderDenied = (path: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_RUN_FOLDER',
    {
      happened: `The run folder ${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      expected: 'a folder that this user may create files in',
      fix: 'Choose another folder (--run, or runDir), or change its permissions.',
    },
    { cause },
  );

export const runFolderTaken = (path: string): MochiError =>
  new MochiError('MOCHI_RUN_EXISTS', {
    happened: `The run folder ${path} already holds a run.`,
    expected: 'a new folder, or --resume (resume: true) to go on with the run in it',
    fix: 'Add --resume (resume: true) to continue it, or choose another folder (--run, or runDir).',
  });

export const runBusy = (path: string, lock: string, holder: LockHolder | null): MochiError =>
  new MochiError('MOCHI_RUN_BUSY', {
    happened: `The run folder ${path} is in use${holder ? ` by process ${holder.pid} on ${holder.host}, since ${holder.since}` : ''}: two runs would spoil each other's checkpoints.`,
    expected: 'one run at a time that writes to a folder',
    fix: `Wait until that run is over, stop it, or choose another folder (--run, or runDir). If you are sure that it is gone, delete ${lock}.`,
  });
