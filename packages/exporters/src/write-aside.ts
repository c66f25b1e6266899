import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exportFailed, exportFolderTaken } from './errors.js';

/**
 * Writes a file so that `path` is either what it was or the whole new file: written beside it, fsynced, renamed, and the folder fsynced.
 * Makes the folder where it is missing.
 *
 * @param write Writes the bytes to the path that it is given.
 * @throws MOCHI_EXPORT_FAILED; the unfinished file is removed.
 */
export const writeAside = (path: string, write: (aside: string) => void | Promise<void>): Promise<void> =>
  replacing(path, async (aside) => {
    await write(aside);
    await sync(aside);
    await rename(aside, path);
  });

/**
 * The same for a format that is a folder. A folder that is there is replaced only where it holds the same format, or nothing.
 *
 * @param mark A file that folders of the format have.
 * @param write Writes files into the folder that it is given, which is there.
 * @throws MOCHI_EXPORT_FOLDER for a folder of something else; MOCHI_EXPORT_FAILED
 */
export async function writeFolderAside(path: string, mark: string, write: (aside: string) => Promise<void>): Promise<void> {
  const there = await readdir(path).catch((): string[] => []);
  if (there.length > 0 && !there.includes(mark)) throw exportFolderTaken(path, mark);
  await replacing(path, async (aside) => {
    await mkdir(aside);
    await write(aside);
    for (const name of await readdir(aside, { recursive: true })) await sync(join(aside, name));
    await rm(path, { recursive: true, force: true });
    await rename(aside, path);
  });
}

async function replacing(path: string, write: (aside: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  const aside = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await mkdir(folder, { recursive: true });
    await write(aside);
    await sync(folder); // else a power cut may keep the data and lose the name
  } catch (cause) {
    await rm(aside, { recursive: true, force: true }).catch(() => {}); // the first failure is the one to report
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
