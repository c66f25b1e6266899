import { isMochiError, MochiError } from '@mochi/contract';
import type { NameClash } from '@mochi/core';
import type { Fault } from './step/faults.js';

const reasonOf = (cause: unknown): string =>
  isMochiError(cause) ? cause.happened : cause instanceof Error ? cause.message : JSON.stringify(cause);

export const notFinite = (step: number, epoch: number, checkpoint: string | null): MochiError =>
  new MochiError('MOCHI_NOT_FINITE', {
    happened: `The loss or a gradient stopped being a finite number at step ${step} (epoch ${epoch}). The state was not updated from that step on.`,
    expected: 'a finite loss and finite gradients',
    fix: `Lower optimizer.rate, raise method.temperature, or lengthen schedule.warmup; then go on from ${checkpoint ?? 'the start: no checkpoint was written yet'}.`,
  });

export const samplerFault = (fault: Fault, step: number, checkpoint: string | null): MochiError =>
  new MochiError('MOCHI_SAMPLER_OUTPUT', {
    happened: `The sampler ${fault.sampler} returned ${fault.tensor} that ${fault.problem}, at step ${step}. The state was not updated from that step on.`,
    expected: 'finite weights, log-weights that are finite or -Infinity, rows of unit length, and row indices of the bank',
    fix: `Mend the sampler (samplerConformance of @mochi/testing finds such faults); then go on from ${checkpoint ?? 'the start: no checkpoint was written yet'}.`,
  });

export const samplerFailed = (sampler: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_SAMPLER_FAILED',
    {
      happened: `The sampler ${sampler} threw while the step was built: ${reasonOf(cause)}`,
      expected: 'a sample that returns blocks',
      fix: 'See the cause below; it comes from the sampler.',
    },
    { cause },
  );

/** @param what e.g. `a Promise`. */
export const samplerReturned = (sampler: string, what: string): MochiError =>
  new MochiError('MOCHI_SAMPLER_OUTPUT', {
    happened: `The sample of the sampler ${sampler} returned ${what}.`,
    expected: '{ blocks: [...] }, each made by bankBlock, mixtureBlock or rowsBlock; of a filter { blocks: [], mask }',
    fix:
      what === 'a Promise'
        ? 'Take the async off: sample is traced into the step, and nothing in it can be awaited.'
        : 'Return it from sample; an arrow function with braces needs the word return.',
  });

export const maskShape = (sampler: string, got: readonly number[], want: readonly number[]): MochiError =>
  new MochiError('MOCHI_BLOCK_SHAPE', {
    happened: `mask of the sampler ${sampler} has shape [${got.join(', ')}].`,
    expected: `[B, K] = [${want.join(', ')}]: a row for each query, a column for each row of the bank`,
    fix: 'Return 0 where a row may be drawn and -Infinity where it may not.',
  });

export const samplerOrder = (names: readonly string[], reason: string): MochiError =>
  new MochiError('MOCHI_SAMPLER_ORDER', {
    happened: `The samplers [${names.join(', ')}] make no chain: ${reason}.`,
    expected: 'filters first, then at most one source of negatives, then those that refine it',
    fix: 'Change the order of the entries under sampler, or leave one out.',
  });

export const samplerBankUnknown = (sampler: string, bank: string, known: readonly string[]): MochiError =>
  new MochiError('MOCHI_SAMPLER_BANK', {
    happened: `${sampler} draws from the bank "${bank}", which this run does not have.`,
    expected: `one of: ${known.join(', ') || '(no bank at all)'}`,
    fix: `Add a bank with as: ${bank}, or change the option bank of ${sampler}.`,
  });

export const samplerLabels = (sampler: string): MochiError =>
  new MochiError('MOCHI_SAMPLER_LABELS', {
    happened: `The sampler ${sampler} needs the labels of bank rows and of the batch, and there are none.`,
    expected: 'a bank that keeps labels, and data that has them',
    fix: 'Set bank.labels to true, and train on a split with labels. Labels make the run supervised: an upper bound, not a method.',
  });

export const positivesBankUnknown = (source: string, bank: string, known: readonly string[]): MochiError =>
  new MochiError('MOCHI_POSITIVES_BANK', {
    happened: `${source} looks for positives in the bank "${bank}", which this run does not have.`,
    expected: `one of: ${known.join(', ') || '(no bank at all)'}`,
    fix: `Add a bank, e.g. bank: { name: fifo, as: ${bank} }, or change positives.bank.`,
  });

export const denominatorsDiffer = (first: string, second: string): MochiError =>
  new MochiError('MOCHI_DENOMINATORS_DIFFER', {
    happened: `The samplers ${first} and ${second} say different things about what stands under the fraction of the loss.`,
    expected: 'one denominator for the whole loss',
    fix: `Leave out ${first} or ${second}.`,
  });

export const bankNameTwice = ({ name, plugins }: NameClash): MochiError =>
  new MochiError('MOCHI_BANK_NAME_TWICE', {
    happened: `Two banks are called "${name}": those of ${plugins.join(' and ')}.`,
    expected: 'a name of its own for each bank',
    fix: 'Give one of them another name, e.g. as: recent.',
  });

export const bankUnused = (method: string): MochiError =>
  new MochiError('MOCHI_BANK_UNUSED', {
    happened: `The method ${method} takes its negatives from the batch itself, so the memory bank of this config would be written and never read.`,
    expected: 'no bank, or a source of positives (section positives) that looks in it',
    fix: 'Remove the section bank, or choose a method with a memory bank, e.g. moco-v2.',
  });

export const batchNotDivisible = (batch: number, parts: number): MochiError =>
  new MochiError('MOCHI_ACCUMULATE', {
    happened: `A batch of ${batch} images cannot be split into ${parts} equal parts of two images or more.`,
    expected: 'train.batchSize a multiple of train.accumulate, and at least twice as large',
    fix: `Set train.accumulate to a divisor of ${batch}, or change train.batchSize.`,
  });

export const bankSmallerThanBatch = (capacity: number, batch: number): MochiError =>
  new MochiError('MOCHI_BANK_TOO_SMALL', {
    happened: `A batch of ${batch} keys does not fit a memory bank of ${capacity} rows.`,
    expected: 'bank.capacity >= train.batchSize, and twice that for a symmetric method',
    fix: `Set bank.capacity to at least ${batch}, or lower train.batchSize.`,
  });

export const warmStartFailed = (path: string, bank: string, reason: string, cause?: unknown): MochiError =>
  new MochiError(
    'MOCHI_WARM_START',
    {
      happened: `The bank "${bank}" of ${path} cannot be copied: ${reason}.`,
      expected:
        'a run folder or checkpoint whose bank has rows as wide as these, at least as many, and labels where they are wanted',
      fix: 'Correct bank.warmStart (path, bank), lower bank.capacity, or leave warmStart out.',
    },
    { cause },
  );

export const methodWithoutKeys = (method: string, bank: string): MochiError =>
  new MochiError('MOCHI_FILL_KEYS', {
    happened: `The bank "${bank}" is to be filled with keys, and the method ${method} makes none outside of a step.`,
    expected: 'a method with keys(), such as moco-v2',
    fix: 'Set bank.fill to random or mask.',
  });

export const encoderUnknown = (name: string, known: readonly string[]): MochiError =>
  new MochiError('MOCHI_ENCODER_UNKNOWN', {
    happened: `An evaluator asked for the encoder "${name}", which the method of this run does not have.`,
    expected: `one of: ${known.join(', ')}`,
    fix: 'Correct the option `encoder` of the evaluator.',
  });

export const bankEmpty = (banks: readonly string[]): MochiError =>
  new MochiError('MOCHI_BANK_EMPTY', {
    happened: `No key was written to the ${banks.length === 1 ? 'bank' : 'banks'} ${banks.map((name) => `"${name}"`).join(', ')} yet: its negatives are random rows, which are not measured.`,
    expected: 'a bank with keys: after the first step, or with bank.fill: keys',
    fix: 'Leave atStart out, or set bank.fill to keys.',
  });

export const encoderChanged = (evaluator: string): MochiError =>
  new MochiError('MOCHI_ENCODER_CHANGED', {
    happened: `The evaluator ${evaluator} changed or disposed the weights that it was to measure.`,
    expected: 'weights as they were before it ran',
    fix: 'Mend the evaluator: it must train clones (tf.clone), and dispose what it made itself only. Go on from the last checkpoint.',
  });

/** @param measured It is measured, and has no direction by which one value would be better than another. */
export const metricUnknown = (wanted: string, known: readonly string[], measured: boolean): MochiError =>
  new MochiError('MOCHI_METRIC_UNKNOWN', {
    happened: `The config names the metric "${wanted}", ${measured ? 'of which neither higher nor lower is better' : 'which no evaluator of this run measures'}.`,
    expected:
      known.length > 0 ? `one of: ${known.join(', ')}` : 'a metric of an evaluator, with a better direction; the run has none',
    fix: 'Correct train.checkpoint.best or train.earlyStopping.metric, or add the evaluator (with `every`).',
  });

export const evaluatorTwice = ({ name, plugins }: NameClash): MochiError =>
  new MochiError('MOCHI_EVALUATOR_TWICE', {
    happened: `Two evaluators report under the name ${name}: those of ${plugins.join(' and ')}.`,
    expected: 'a name of its own for each, since results are kept as evaluator/metric',
    fix: `Give one of them another name, e.g. { name: ${name}, as: ${name}-2 }.`,
  });

export const trackerFailed = (plugin: string, cause: unknown): MochiError =>
  isMochiError(cause) && cause.code === 'MOCHI_PLUGIN_TIMEOUT'
    ? cause
    : new MochiError(
        'MOCHI_TRACKER_FAILED',
        {
          happened: `The tracker of plugin ${plugin} could not start: ${reasonOf(cause)}`,
          expected: 'a start that returns',
          fix: 'See the cause below, or leave the tracker out.',
        },
        { cause },
      );

export const foreignStateDisposed = (path: string, readers: readonly string[]): MochiError =>
  new MochiError('MOCHI_STATE_FOREIGN', {
    happened: `The tensor ${path} of the run's state was disposed by a plugin that does not own it: ${readers.join(' or ')}.`,
    expected: 'context.tree to be read only; what a plugin may replace is its own state, by context.state',
    fix: 'Take the dispose out of the hook. The run ends here, and its last checkpoint is sound.',
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

export const mixingUnsupported = (method: string, mixing: string): MochiError =>
  new MochiError('MOCHI_MIXING_UNSUPPORTED', {
    happened: `The config has the mixing ${mixing}, and the method ${method} does not take mixed images.`,
    expected: 'a method that does, such as moco-v2, or no section mixing',
    fix: 'Take mixing out of the config, or choose another method.',
  });

export const dataChanged = (before: number, now: number, record: string): MochiError =>
  new MochiError('MOCHI_DATA_CHANGED', {
    happened: `The training split is not the one that the run to go on with was trained on: it had ${before} images and has ${now}${before === now ? ', under other names' : ''}. Images that are held out now may have been trained on.`,
    expected: `the images whose fingerprint stands in ${record}: a sample's id is its place in the list of names`,
    fix: 'Put the images, and options of data such as holdout and holdoutSeed, back as they were; or start a new run, without --resume and --from.',
  });

export const batchChanged = (before: number, now: number): MochiError =>
  new MochiError('MOCHI_BATCH_CHANGED', {
    happened: `The run to go on with was trained in batches of ${before} images, and train.batchSize is ${now}.`,
    expected: `train.batchSize ${before}: steps of two sizes would not add up to epochs, and the schedule would end elsewhere`,
    fix: `Set train.batchSize to ${before} (train.accumulate divides a batch to save memory), or start a new run, without --resume and --from.`,
  });
