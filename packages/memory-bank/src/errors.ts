import { MochiError } from '@mochi/contract';

export const bankTooSmall = (capacity: number, batch: number): MochiError =>
  new MochiError('MOCHI_BANK_TOO_SMALL', {
    happened: `A batch of ${batch} keys does not fit a memory bank of ${capacity} rows.`,
    expected: 'a bank of at least one batch; in a config, bank.capacity >= train.batchSize',
    fix: `Make the bank at least ${batch} rows (bank.capacity), or write fewer keys at a time (train.batchSize).`,
  });

export const bankShapeMismatch = (what: string, got: readonly number[], want: readonly number[]): MochiError =>
  new MochiError('MOCHI_BANK_SHAPE', {
    happened: `The memory bank was given ${what} of shape [${got.join(', ')}].`,
    expected: `${what} of shape [${want.join(', ')}]`,
    fix: 'Give one key and one sample id for each image of the batch, the keys as wide as the rows of the bank.',
  });

export const bankDtype = (what: string, got: string, example: string): MochiError =>
  new MochiError('MOCHI_BANK_DTYPE', {
    happened: `The memory bank was given ${what} of dtype ${got}.`,
    expected: `${what} of dtype int32; TensorFlow.js makes float32 of numbers unless it is told`,
    fix: `Make it so: ${example}.`,
  });

export const bankLabelsMissing = (): MochiError =>
  new MochiError('MOCHI_BANK_LABELS_MISSING', {
    happened: 'The memory bank keeps labels, but the batch has none.',
    expected: 'a data set with labels, since bank.labels is true',
    fix: 'Set bank.labels to false, or train on a split that has labels.',
  });
