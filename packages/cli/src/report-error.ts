import { isMochiError, type MochiError } from '@mochi/contract';
import { causeOf, type Cause } from '@mochi/core';
import { errorColors } from './colors.js';
import { EXIT } from './exit-codes.js';

/** Codes of what goes wrong while something runs; every other code says that what was asked for is wrong. */
const RUN_TIME =
  /^MOCHI_(NOT_FINITE|TENSORFLOW|HOOK_FAILED|SERVICE_FAILED|TOO_MANY_BROKEN|PIPELINE|FEATURES_|PROFILE_TOO_SHORT|EXPORT_(FAILED|NOTHING)|AUGMENT_OP_FAILED|NO_NETWORK|NO_PIP|PIP_|HASH_|STRAY_|SAMPLER_(OUTPUT|FAILED)|BLOCK_SHAPE|BANK_BLOCK_TWICE|LIBRARY_BROKEN|DISK_|READ_|DRAW_|TRACED_|STATE_)/;

/** Prints an error for a person, or as one JSON line, and says which code the process should end with. */
export function reportError(error: unknown, json: boolean): number {
  const cause = causeOf(error);
  if (!isMochiError(error)) {
    console.error(json ? JSON.stringify({ type: 'error', code: null, happened: cause.message, cause }) : error);
    return EXIT.failed;
  }
  console.error(json ? jsonLine(error, cause) : told(error, cause));
  if (error.code === 'MOCHI_RUN_BUSY') return EXIT.busy;
  return RUN_TIME.test(error.code) ? EXIT.failed : EXIT.badInput;
}

const jsonLine = ({ code, happened, expected, fix, cause: given }: MochiError, cause: Cause): string =>
  JSON.stringify({ type: 'error', code, happened, expected, fix, ...(given === undefined ? {} : { cause }) });

const isSaid = (message: string, by: string): boolean => by.includes(message.replace(/^\w+: /, ''));

/** For a person. A cause stands there where it says more than the error: another text, or where in a plugin it came from. */
function told({ code, happened, expected, fix, cause: given }: MochiError, { message, frames }: Cause): string {
  return [
    `${errorColors.red('error')} ${happened}`,
    ...(happened.includes(`expected: ${expected}`) ? [] : [`  ${errorColors.bold('expected')} ${expected}`]), // of the one problem of a config
    `  ${errorColors.bold('fix')}      ${fix}`,
    ...(given === undefined || (frames.length === 0 && isSaid(message, happened))
      ? []
      : [`  ${errorColors.bold('cause')}    ${message}`]),
    ...frames.map((frame) => `           at ${frame}`),
    `  ${errorColors.dim(code)}`,
  ].join('\n');
}
