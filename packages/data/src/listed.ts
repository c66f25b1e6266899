import { PackedNames, type AnnotationSource, type Dataset, type SplitSource } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataCorrupt, dataMissing, type Origin } from './file-errors.js';
import { splitOf } from './named-images.js';
import { lazyDataset } from './splits.js';

/** Images that a list names, instead of the folders that they lie in. */
export interface Listed {
  /** Relative to the root, forward slashes. */
  readonly names: readonly string[];
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
  readonly annotations?: AnnotationSource;
}

/** A data set's root, and what to say when something is missing there. */
export interface Place {
  readonly origin: Origin;
  readonly root: string;
}

/**
 * A data set whose splits are lists of files under a root. Cheap: lists are read when a split is first asked for.
 *
 * @throws MOCHI_DATA_MISSING at once where the root is missing; from `split` where a list, or images that it names, are.
 */
export function listedDataset(name: string, place: Place, readers: Readonly<Record<string, () => Promise<Listed>>>): Dataset {
  if (!existsSync(place.root)) throw dataMissing(place.origin, place.root, [place.root]);
  const read = async (split: string, list: () => Promise<Listed>): Promise<SplitSource> => {
    const { annotations, ...listed } = await list();
    await checkSome(place, listed.names);
    const names = PackedNames.of(listed.names);
    const images = { kind: 'files', paths: names.under(join(place.root, '/')) } as const;
    return { ...splitOf(split, { ...listed, names, images }), ...(annotations ? { annotations } : {}) };
  };
  return lazyDataset(name, new Map(Object.entries(readers).map(([split, list]) => [split, () => read(split, list)])));
}

const LOOKED_AT = 64;

/** Looks for some of the images, spread over the list: enough to see a folder that is missing. Single files are the pipeline's business. */
async function checkSome({ origin, root }: Place, names: readonly string[]): Promise<void> {
  if (names.length === 0) throw dataMissing(origin, root, ['any image']);
  const step = Math.max(1, Math.floor(names.length / LOOKED_AT));
  const missing: string[] = [];
  for (let at = 0; at < names.length; at += step) {
    await access(join(root, names[at]!)).catch(() => missing.push(names[at]!));
  }
  if (missing.length > 0) throw dataMissing(origin, root, missing);
}

/** A file under the root. @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT where it cannot be read. */
export async function readListFile({ origin, root }: Place, file: string): Promise<Uint8Array> {
  const path = join(root, file);
  if (!existsSync(path)) throw dataMissing(origin, root, [file]);
  try {
    return await readFile(path);
  } catch (cause) {
    throw dataCorrupt(path, 'byte 0', `it cannot be read: ${(cause as Error).message}`, 'a file that can be read', cause);
  }
}

/** Lines of a text file under the root, without their ends; empty ones and those that begin with `#` left out. */
export async function readLines(place: Place, file: string): Promise<string[]> {
  const text = Buffer.from(await readListFile(place, file)).toString('utf8');
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

/**
 * What a pattern finds in each line of a list: its named groups.
 *
 * @param form How a line should look, for the error. @throws MOCHI_DATA_CORRUPT names file and line.
 */
export async function readRows<Key extends string>(
  place: Place,
  file: string,
  pattern: RegExp,
  form: string,
): Promise<Record<Key, string>[]> {
  return (await readLines(place, file)).map((line, at) => {
    const groups = pattern.exec(line)?.groups;
    if (!groups)
      throw dataCorrupt(join(place.root, file), `entry ${at + 1}`, `it reads "${line.slice(0, 80)}"`, `lines like "${form}"`);
    return groups as Record<Key, string>;
  });
}

/**
 * Labels of class names.
 *
 * @param where Says where a name that is no class was read, for the error. @throws MOCHI_DATA_CORRUPT names it.
 */
export function labelsByName(names: readonly string[], classes: readonly string[], where: string): Int32Array {
  const index = new Map(classes.map((name, at) => [name, at]));
  return Int32Array.from(names, (name, at) => {
    const label = index.get(name);
    if (label === undefined)
      throw dataCorrupt(where, `entry ${at + 1}`, `"${name}" is no class`, `one of the ${classes.length} classes`);
    return label;
  });
}

/** Lists one after the other, e.g. train and val as trainval. They have the same classes. */
export async function joined(lists: readonly (() => Promise<Listed>)[]): Promise<Listed> {
  const parts: Listed[] = [];
  for (const list of lists) parts.push(await list());
  const names = parts.flatMap((part) => part.names);
  const labels = Int32Array.from(parts.flatMap((part) => Array.from(part.labels ?? part.names.map(() => -1))));
  return { ...parts[0]!, names, labels };
}

/** The first of some folders under the root that has a file, e.g. the folder that an archive unpacks to. */
export const rootWith = (root: string, folders: readonly string[], file: string): string =>
  folders.map((folder) => join(root, folder)).find((folder) => existsSync(join(folder, file))) ?? root;
