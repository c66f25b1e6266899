import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exportFailed } from './errors.js';

/**
 * Writes a file so that `path` is either what it was or the whole new file: written beside it, fsynced, renamed, and the folder fsynced.
 * Makes the folder where it is missing.
 *
 * @param write Writes the bytes to the path that it is given.
 * @throws MOCHI_EXPORT_FAILED; the unfinished file is removed.
 */
export async function writeAside(path: string, write: (aside: string) => void | Promise<void>): Promise<void> {
  const folder = dirname(path);
  const aside = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await mkdir(folder, { recursive: true });
    await write(aside);
    await sync(aside);
    await rename(aside, path);
    await sync(folder); // else a power cut may keep the data and lose the name
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => {}); // the first failure is the one to report
    throw exportFailed(path, cause);
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
