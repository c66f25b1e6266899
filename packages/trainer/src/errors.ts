import { MochiError } from '@mochi/contract';

export const notFinite = (step: number, epoch: number, checkpoint: string | null): MochiError =>
  new MochiError('MOCHI_NOT_FINITE', {
    happened: `The loss or a gradient stopped being a finite number at step ${step} (epoch ${epoch}). The state was not updated from that step on.`,
    expected: 'a finite loss and finite gradients',
    fix: `Lower optimizer.rate, raise method.temperature, or lengthen schedule.warmup; then go on from ${checkpoint ?? 'the start: no checkpoint was written yet'}.`,
  });

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

export const checkpointMissing = (path: string): MochiError =>
  new MochiError('MOCHI_CHECKPOINT_MISSING', {
    happened: `There is no checkpoint in ${path}.`,
    expected: 'a run folder with checkpoints/step-N, or a checkpoint folder',
    fix: 'Give the folder of a run that has saved at least once, or train without --resume.',
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
      fix: 'Choose another folder with --run, or change its permissions.',
    },
    { cause },
  );

export const runFolderTaken = (path: string): MochiError =>
  new MochiError('MOCHI_RUN_EXISTS', {
    happened: `The run folder ${path} already holds a run.`,
    expected: 'a new folder, or --resume to go on with the run in it',
    fix: 'Add --resume to continue it, or choose another folder with --run.',
  });

export const bankSmallerThanBatch = (capacity: number, batch: number): MochiError =>
  new MochiError('MOCHI_BANK_TOO_SMALL', {
    happened: `A batch of ${batch} keys does not fit a memory bank of ${capacity} rows.`,
    expected: 'bank.capacity >= train.batchSize',
    fix: `Set bank.capacity to at least ${batch}, or lower train.batchSize.`,
  });

export const evaluatorTwice = (name: string): MochiError =>
  new MochiError('MOCHI_EVALUATOR_TWICE', {
    happened: `Two evaluators report under the name ${name}.`,
    expected: 'a name of its own for each, since results are kept as evaluator/metric',
    fix: `Give one of them another name, e.g. { name: ${name}, as: ${name}-2 }.`,
  });

export const pluginStateChanged = (plugin: string, name: string, got: string, want: string): MochiError =>
  new MochiError('MOCHI_STATE_CHANGED', {
    happened: `The plugin ${plugin} replaced its state "${name}" (${want}) by ${got}.`,
    expected: 'the same shape and dtype for the whole run, because the compiled step and the checkpoint are built on them',
    fix: 'Allocate the largest shape in host.state and mask what is not in use.',
  });

export const unknownState = (plugin: string, name: string, known: string[]): MochiError =>
  new MochiError('MOCHI_STATE_UNKNOWN', {
    happened: `The plugin ${plugin} asked for its state "${name}", which it never registered.`,
    expected: `one of: ${known.join(', ') || '(it registered none)'}`,
    fix: `Call host.state('${name}', ...) in the plugin's setup.`,
  });
