import { isMochiError } from '@mochi/contract';
import pc from 'picocolors';
import { EXIT } from './exit-codes.js';

/** Codes of what goes wrong while something runs; every other code says that what was asked for is wrong. */
const RUN_TIME =
  /^MOCHI_(NOT_FINITE|TENSORFLOW|HOOK_FAILED|SERVICE_FAILED|TOO_MANY_BROKEN|PIPELINE|FEATURES_|PROFILE_TOO_SHORT|EXPORT_FAILED|NO_NETWORK|NO_PIP|PIP_|HASH_|LIBRARY_BROKEN|DISK_|READ_|DRAW_|TRACED_|STATE_)/;

/** Prints an error for a person, or as one JSON line, and says which code the process should end with. */
export function reportError(error: unknown, json: boolean): number {
  if (!isMochiError(error)) {
    console.error(error);
    return EXIT.failed;
  }
  const { code, happened, expected, fix } = error;
  if (json) console.error(JSON.stringify({ type: 'error', code, happened, expected, fix }));
  else
    console.error(
      `${pc.red('error')} ${happened}\n  ${pc.bold('expected')} ${expected}\n  ${pc.bold('fix')}      ${fix}\n  ${pc.dim(code)}`,
    );
  return RUN_TIME.test(code) ? EXIT.failed : EXIT.badInput;
}
