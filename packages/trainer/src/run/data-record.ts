import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Dataset, ImageStore, SplitSource } from '@mochi/contract';
import { dataChanged } from '../errors.js';
import { readJson, runOf, writeJson } from './run-folder.js';

/** What tells whether two splits hold the same images: not their content, but how many, how large together, and what they are called. */
export interface Fingerprint {
  readonly dataset: string;
  readonly version: string | null;
  readonly split: string;
  readonly count: number;
  /** Null without labels. */
  readonly classes: number | null;
  /** Of the encoded images (of the pixels, where there are only those) together; null while it is being added up. */
  readonly bytes: number | null;
  /** SHA-256 of the names in their order, each ended by a line feed. */
  readonly namesSha256: string;
}

export const DATA_FILE = 'data.json';

/** Up to so many files, a run that is shorter than adding up their sizes waits for it. */
const LONG = 1_000_000;

const CHUNK = 4096;

/** Fingerprint of a split without its bytes: some seconds for ten million names, with the event loop free. */
export async function fingerprintOf({ name, version }: Dataset, source: SplitSource): Promise<Fingerprint> {
  const hash = createHash('sha256');
  for (let from = 0; from < source.length; from += CHUNK) {
    const length = Math.min(CHUNK, source.length - from);
    hash.update(Array.from({ length }, (_, at) => `${source.describe(from + at)}\n`).join(''));
    await setImmediate();
  }
  const classes = source.classes?.length ?? null;
  const named = { dataset: name, version: version ?? null, split: source.name, count: source.length, classes };
  return { ...named, bytes: null, namesSha256: hash.digest('hex') };
}

/** Bytes of all images together; a file that is gone counts nothing. Asks the file system about every file, {@link AT_ONCE} at a time. */
export async function bytesOf(images: ImageStore, signal?: AbortSignal): Promise<number> {
  switch (images.kind) {
    case 'pixels':
      return images.pixels.length;
    case 'encoded':
      return images.files.reduce((sum, { length }) => sum + length, 0);
    case 'ranges':
      return images.length.reduce((sum, length) => sum + length, 0);
    case 'files':
      return bytesOfFiles(images.paths, signal);
  }
}

const AT_ONCE = 16;

async function bytesOfFiles(paths: Iterable<string>, signal?: AbortSignal): Promise<number> {
  const next = paths[Symbol.iterator]();
  let total = 0;
  const work = async (): Promise<void> => {
    for (let path = next.next(); !path.done && !signal?.aborted; path = next.next()) {
      const size = await stat(path.value).then(
        (found) => found.size,
        () => 0,
      );
      total += size; // not `total += await`: that takes the total of before the wait, and loses what others added meanwhile
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return total;
}

/** The fingerprint that a run folder has. Null: none. */
export const recordedData = (runDir: string): Promise<Fingerprint | null> =>
  readJson<Fingerprint>(join(runDir, DATA_FILE)).catch(() => null);

/** Whether two splits have as many images, by the same names in the same order. */
export const sameImages = (a: Fingerprint, b: Fingerprint): boolean => a.count === b.count && a.namesSha256 === b.namesSha256;

/**
 * Writes the fingerprint of the training split into the run folder: at once, and again when its bytes are added up, beside the training.
 *
 * @param runDir Null: nothing is written. @param from Run folder or checkpoint that the run goes on from; null where it starts anew.
 * @returns Ends the adding up: call it when the run ends.
 * @throws MOCHI_DATA_CHANGED when one of the two has the fingerprint of other images: ids of its bank would mean others now, and images that are
 * held out now were trained on. Nothing was written then.
 */
export async function recordData(
  { runDir, from }: { readonly runDir: string | null; readonly from: string | null },
  dataset: Dataset,
  source: SplitSource,
): Promise<() => Promise<void>> {
  const folders = new Set([...(from === null ? [] : [runOf(from)]), ...(runDir === null ? [] : [runDir])]);
  if (folders.size === 0) return async () => {};
  const fingerprint = await fingerprintOf(dataset, source);
  for (const folder of folders) {
    const before = await recordedData(folder);
    if (before && !sameImages(before, fingerprint)) throw dataChanged(before.count, fingerprint.count, join(folder, DATA_FILE));
  }
  if (runDir === null) return async () => {};
  const path = join(runDir, DATA_FILE);
  const known = (await recordedData(runDir))?.bytes ?? null;
  await writeJson(path, { ...fingerprint, bytes: known });
  if (known !== null) return async () => {};
  const stop = new AbortController();
  const added = bytesOf(source.images, stop.signal).then(async (bytes) => {
    if (!stop.signal.aborted) await writeJson(path, { ...fingerprint, bytes });
  });
  added.catch(() => undefined); // a folder that cannot be written to any more is told by what matters more
  return async () => {
    if (source.length > LONG) stop.abort();
    await added.catch(() => undefined);
  };
}
