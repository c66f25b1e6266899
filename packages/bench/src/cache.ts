import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder of the user's cache, made if need be: where the TensorFlow library goes too. */
export async function cacheFolder(name: string): Promise<string> {
  const { MOCHI_CACHE, XDG_CACHE_HOME } = process.env;
  const folder = join(MOCHI_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'mochi'), 'bench', name);
  await mkdir(folder, { recursive: true });
  return folder;
}
