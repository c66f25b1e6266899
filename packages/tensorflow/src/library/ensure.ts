import { wrongPlatform } from './errors.js';
import { install } from './install.js';
import { lookAround } from './look.js';
import { printProgress, type OnInstallProgress } from './progress.js';
import { isSupported, surroundingsOf } from './surroundings.js';
import type { LibraryLocation, LibraryOptions } from './types.js';

/**
 * The TensorFlow that this machine already has, first that works: `MOCHI_LIBTENSORFLOW`, the cache, an installed Python TensorFlow of a
 * tested version. Installs nothing.
 *
 * @returns Null when there is none, or on a platform that is not supported.
 * @throws MOCHI_LIBRARY_NOT_FOUND when MOCHI_LIBTENSORFLOW names a folder without the library: looking on would hide the mistake.
 */
export async function findLibrary(
  options: Pick<LibraryOptions, 'surroundings' | 'device'> = {},
): Promise<LibraryLocation | null> {
  const surroundings = surroundingsOf(options);
  if (!isSupported(surroundings)) return null;
  for await (const { location, error } of lookAround(surroundings)) {
    if (error) throw error;
    if (location) return location;
  }
  return null;
}

/**
 * The TensorFlow of this machine, installed into the user's cache if there is none yet (274 MB to download, 853 MB kept; for `gpu` 3,311 MB and
 * 5,088 MB, with NVIDIA's libraries).
 * Safe in several processes at once, and continues what an earlier try began.
 *
 * @throws MOCHI_WRONG_PLATFORM, MOCHI_LIBRARY_NOT_FOUND, MOCHI_NO_PIP, MOCHI_NO_NETWORK, MOCHI_PIP_FAILED, MOCHI_HASH_MISMATCH,
 * MOCHI_LIBRARY_BROKEN, MOCHI_DISK_FULL, MOCHI_CACHE_NOT_WRITABLE.
 */
export async function ensureLibrary(options: LibraryOptions = {}): Promise<LibraryLocation> {
  const surroundings = surroundingsOf(options);
  if (!isSupported(surroundings)) throw wrongPlatform(surroundings);
  const found = await findLibrary({ surroundings, device: surroundings.device });
  if (found) return found;
  const listeners: OnInstallProgress[] = [];
  if (!options.silent) listeners.push(printProgress(surroundings.stderr));
  if (options.onProgress) listeners.push(options.onProgress);
  return install(surroundings, (progress) => listeners.forEach((listen) => listen(progress)), options.signal);
}
