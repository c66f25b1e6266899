import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * An hour of reading images is not to end in a path that is wrong. Makes the folder where it is missing.
 *
 * @param unwritable The error for a path where no file can be made.
 */
export async function requireWritable(path: string, unwritable: (path: string, cause: unknown) => Error): Promise<void> {
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    const aside = `${path}.writing-${process.pid}`;
    await (await open(aside, 'w')).close();
    await rm(aside);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}
