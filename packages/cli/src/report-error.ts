import { isMochiError } from '@mochi/contract';
import pc from 'picocolors';
import { EXIT } from './exit-codes.js';

/** Codes of what is wrong before anything runs. */
const INPUT = /^MOCHI_(CONFIG|UNKNOWN|PLUGIN|TOKEN|SECTION|USAGE|FOLDER|TAR|CIFAR|RUN_|CHECKPOINT_|BANK_|VIEW|POOL|NO_BATCH)/;

/** Prints an error for a person, or as one JSON line, and says which code the process should end with. */
export function reportError(error: unknown, json: boolean): number {
  if (!isMochiError(error)) {
    console.error(error);
    return EXIT.failed;
  }
  const { code, happened, expected, fix } = error;
  if (json) console.error(JSON.stringify({ type: 'error', code, happened, expected, fix }));
  else console.error(`${pc.red('error')} ${happened}\n  ${pc.bold('expected')} ${expected}\n  ${pc.bold('fix')}      ${fix}\n  ${pc.dim(code)}`);
  return INPUT.test(code) ? EXIT.badInput : EXIT.failed;
}
