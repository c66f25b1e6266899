import { MochiError } from '@mochi/contract';

/** What to say of a data set whose files come from somewhere else. */
export interface Origin {
  /** The data set's name, as its authors write it. */
  readonly title: string;
  /** The files and folders that belong under data.root. */
  readonly layout: string;
  /** Where they come from. */
  readonly from: string;
}

export const dataMissing = (origin: Origin, root: string, missing: readonly string[]): MochiError =>
  new MochiError('MOCHI_DATA_MISSING', {
    happened: `${origin.title} is not complete at ${root}: ${listed(missing)} not found.`,
    expected: origin.layout,
    fix: `Get it from ${origin.from}, and name its folder in data.root. A relative path starts where the command is run.`,
  });

/** @param place Where in the file: "byte 512", "record 3", "line 7". */
export const dataCorrupt = (file: string, place: string, why: string, expected: string, cause?: unknown): MochiError =>
  new MochiError(
    'MOCHI_DATA_CORRUPT',
    {
      happened: `${file}, ${place}: ${why}.`,
      expected,
      fix: 'Fetch or write this file again; if it is meant to be so, leave it out of the data set.',
    },
    cause === undefined ? undefined : { cause },
  );

const SHOWN = 5;
const listed = (names: readonly string[]): string =>
  names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
