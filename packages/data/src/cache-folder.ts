import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder of the user's cache: below `MOCHI_CACHE`, else below `mochi` in the system's. */
export function cacheFolder(name: string): string {
  const { MOCHI_CACHE, XDG_CACHE_HOME } = process.env;
  return join(MOCHI_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'mochi'), name);
}
