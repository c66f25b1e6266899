import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dataCorrupt, dataMissing, type Origin } from './file-errors.js';
import { readTar } from './image-tar/read-tar.js';

/** A few files that a data set comes in: loose in a folder, in the folder its archive unpacks to, or still in the archive. */
export interface ArchivePlace {
  readonly archive: boolean;
  readonly path: string;
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Finds the files at `root`: itself the archive, or a folder that holds the files, the unpacked folder or the archive.
 *
 * @param files Names of which at least one must lie in a folder for it to be the one.
 * @throws MOCHI_DATA_MISSING where none of these is there.
 */
export function locateArchive(
  origin: Origin,
  root: string,
  { archive, folder, files }: { archive: string; folder: string; files: readonly string[] },
): ArchivePlace {
  if (!existsSync(root)) throw dataMissing(origin, root, [root]);
  if (!statSync(root).isDirectory()) return { archive: true, path: root };
  for (const place of [root, join(root, folder)])
    if (files.some((file) => existsSync(join(place, file)))) return { archive: false, path: place };
  if (existsSync(join(root, archive))) return { archive: true, path: join(root, archive) };
  throw dataMissing(origin, root, files);
}

/**
 * Reads the wanted files whole, in the order wanted.
 *
 * @throws MOCHI_DATA_MISSING names those that are not there; MOCHI_DATA_CORRUPT one that cannot be read; MOCHI_TAR_UNREADABLE.
 */
export async function readArchiveFiles(origin: Origin, place: ArchivePlace, wanted: readonly string[]): Promise<NamedBytes[]> {
  return place.archive ? fromArchive(origin, place.path, wanted) : fromFolder(origin, place.path, wanted);
}

async function fromFolder(origin: Origin, folder: string, wanted: readonly string[]): Promise<NamedBytes[]> {
  const missing = wanted.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) throw dataMissing(origin, folder, missing);
  const files: NamedBytes[] = [];
  for (const file of wanted) {
    const path = join(folder, file);
    try {
      files.push({ name: path, bytes: await readFile(path) });
    } catch (cause) {
      throw dataCorrupt(path, 'byte 0', `it cannot be read: ${(cause as Error).message}`, 'a file that can be read', cause);
    }
  }
  return files;
}

async function fromArchive(origin: Origin, path: string, wanted: readonly string[]): Promise<NamedBytes[]> {
  const { files } = await readTar(path, (name) => wanted.includes(basename(name)));
  const found = new Map([...files].map(([name, bytes]) => [basename(name), bytes]));
  const missing = wanted.filter((file) => !found.has(file));
  if (missing.length > 0) throw dataMissing(origin, path, missing);
  return wanted.map((file) => ({ name: join(path, file), bytes: found.get(file)! }));
}
