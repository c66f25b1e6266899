import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { isDiskFull, libraryBroken } from './errors.js';
import { CC_NAMES, FRAMEWORK_NAME } from './pinned.js';
import type { OnInstallProgress } from './progress.js';

/** lib/libtensorflow.so.2.18.0 and the like; libtensorflow.so.2 itself is a link to it. */
const LIBRARY = /(?:^|\/)(libtensorflow(?:_cc|_framework)?\.so\.2)((?:\.\d+)*)$/;

/**
 * Writes both libraries of an official libtensorflow archive (tar.gz) into a folder, under the names that end in `.so.2`.
 *
 * @returns The version that the names of the files say, or `unknown`.
 * @throws MOCHI_LIBRARY_BROKEN when one is missing or the archive is damaged (gzip has a check sum).
 */
export async function unpackArchive(
  path: string,
  folder: string,
  report: OnInstallProgress,
  signal?: AbortSignal,
): Promise<string> {
  const found = new Map<string, number>();
  let version = 'unknown';
  const archive = extract();
  archive.on('entry', (header, stream, next) => {
    const [, name, rest] = LIBRARY.exec(header.name) ?? [];
    if (!name || header.type !== 'file' || found.has(name)) {
      stream.on('end', () => next()).resume();
      return;
    }
    found.set(name, header.size ?? 0);
    if (rest) version = `2${rest}`;
    report({ phase: 'unpack', what: `unpacking ${name}`, bytes: 0, totalBytes: null });
    pipeline(stream, createWriteStream(join(folder, name), { flags: 'wx', flush: true })).then(() => next(), next);
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), archive, { signal });
    if (!found.has(FRAMEWORK_NAME)) throw new Error(`it lacks ${FRAMEWORK_NAME}`);
    if (!CC_NAMES.some((name) => found.has(name))) throw new Error(`it lacks ${CC_NAMES.join(' or ')}`);
  } catch (error) {
    if (signal?.aborted || isDiskFull(error)) throw error;
    throw libraryBroken(path, (error as Error).message, error);
  }
  return version;
}
