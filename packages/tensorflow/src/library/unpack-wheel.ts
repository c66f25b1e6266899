import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { isDiskFull, libraryBroken } from './errors.js';
import type { OnInstallProgress } from './progress.js';
import type { PinnedWheel } from './types.js';

/**
 * Writes the files of a wheel that are kept into a folder, in pieces: the library is never in memory as a whole.
 *
 * @throws MOCHI_LIBRARY_BROKEN when one is missing or has another size than the pinned one.
 */
export async function unpackWheel(
  path: string,
  wheel: PinnedWheel,
  folder: string,
  report: OnInstallProgress,
  signal?: AbortSignal,
): Promise<void> {
  const left = new Map(wheel.keep.map((file) => [file.entry, file]));
  const totalBytes = wheel.keep.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytes = 0;
  const onBytes = (more: number) =>
    report({ phase: 'unpack', what: `unpacking ${wheel.package} ${wheel.version}`, bytes: (bytes += more), totalBytes });
  try {
    const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    try {
      for await (const entry of zip.eachEntry()) {
        const file = left.get(entry.fileName);
        if (!file) continue;
        if (entry.uncompressedSize !== file.bytes)
          throw new Error(`${file.entry} has ${entry.uncompressedSize} bytes instead of ${file.bytes}`);
        const target = join(folder, file.name);
        await mkdir(dirname(target), { recursive: true });
        await unpackEntry(zip, entry, target, onBytes, signal); // yauzl fails on an entry that inflates to another size
        left.delete(entry.fileName);
        if (left.size === 0) break;
      }
    } finally {
      zip.close();
    }
    if (left.size > 0) throw new Error(`it lacks ${[...left.keys()].join(' and ')}`);
  } catch (error) {
    if (signal?.aborted || isDiskFull(error)) throw error;
    throw libraryBroken(wheel.fileName, (error as Error).message, error);
  }
}

async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  target: string,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const watch = new Transform({
    transform(piece: Buffer, _encoding, next) {
      onBytes(piece.length);
      next(null, piece);
    },
  });
  // flush: on the disk before the folder gets its final name
  await pipeline(
    await zip.openReadStreamPromise(entry),
    watch,
    createWriteStream(target, { flags: 'wx', flush: true, mode: 0o755 }),
    {
      signal,
    },
  );
}
