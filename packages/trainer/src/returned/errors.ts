import { MochiError } from '@mochi/contract';

/** What is traced cannot be awaited; an arrow function that forgets its result gives undefined. */
const fixOf = (got: string, otherwise: string): string => {
  if (got.startsWith('a Promise')) return 'Take the async off: it is traced into the step, and nothing in it can be awaited.';
  if (got.startsWith('undefined')) return 'Return it; an arrow function with braces needs the word return.';
  return otherwise;
};

/** What a part of a run returned, where it promised something else. */
export interface Returned {
  /** Name of the plugin, or of the part. */
  readonly of: string;
  /** e.g. `enqueue`. */
  readonly call: string;
  /** e.g. `an int32 tensor of the shape [6] as ids`. */
  readonly got: string;
  /** e.g. `ids [16] int32`. */
  readonly want: string;
}

export const bankReturned = ({ of, call, got, want }: Returned): MochiError =>
  new MochiError('MOCHI_BANK_OUTPUT', {
    happened: `The ${call} of the bank of plugin ${of} returned ${got}.`,
    expected: want,
    fix: fixOf(got, 'Mend the bank; bankConformance of @mochi/testing finds such faults.'),
  });

export const encoderReturned = ({ of, call, got, want }: Returned): MochiError =>
  new MochiError('MOCHI_ENCODER_OUTPUT', {
    happened: `The ${call} of the encoder ${of} returned ${got}.`,
    expected: want,
    fix: fixOf(
      got,
      'Mend its dims or what it returns: the two must be the same. encoderConformance of @mochi/testing finds such faults.',
    ),
  });

export const methodReturned = ({ of, call, got, want }: Returned): MochiError =>
  new MochiError('MOCHI_METHOD_OUTPUT', {
    happened: `The ${call} of the method ${of} returned ${got}.`,
    expected: want,
    fix: fixOf(got, 'Mend the method; methodConformance of @mochi/testing finds such faults.'),
  });

/** @param got e.g. `queries [16, 8], keys [16, 8] and ids [8]`. */
export const methodAsked = (of: string, got: string, want: string): MochiError =>
  new MochiError('MOCHI_METHOD_OUTPUT', {
    happened: `The method ${of} asked for negatives (draw) with ${got}.`,
    expected: want,
    fix: 'Give draw one key and one id for each query: of two views at once, tf.concat([batch.ids, batch.ids]).',
  });

export const dataReturned = ({ of, call, got, want }: Returned): MochiError =>
  new MochiError('MOCHI_DATA_OUTPUT', {
    happened: `The split ${call} of the data set ${of} has ${got}.`,
    expected: want,
    fix: 'Mend the data set; datasetConformance of @mochi/testing finds such faults.',
  });
