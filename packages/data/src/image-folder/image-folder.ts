import type { Dataset, Logger, SplitSource } from '@mochi/contract';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../cache-folder.js';
import { dividedDataset } from '../divided-dataset.js';
import { folderEmpty, folderMissing, folderUnreadable, IMAGE_EXTENSIONS, splitClash } from '../errors.js';
import { hasLabels, labelsOf } from '../labels.js';
import { splitOf, type NamedImages } from '../named-images.js';
import { lazyDataset, once } from '../splits.js';
import type { ImageFolderConfig } from './config.js';
import { FOREIGN_EXTENSIONS, transcodeForeign } from './foreign-images.js';
import { listImages, type Listing } from './list-images.js';

/** Folders that are splits, not classes. */
const SPLIT_FOLDERS = ['train', 'val', 'test'] as const;

/**
 * A folder of images as a data set. Cheap: it looks at the top alone; the images are listed when a split is first asked for.
 *
 * @throws MOCHI_FOLDER_MISSING, MOCHI_FOLDER_UNREADABLE, MOCHI_SPLIT_CLASH at once; MOCHI_FOLDER_EMPTY from `split`.
 */
export function openImageFolder(config: ImageFolderConfig, { log }: { readonly log?: Logger } = {}): Dataset {
  const { root, holdout, holdoutSeed } = config;
  const options: NameOptions = { ...config, log };
  checkFolder(root);
  const splits = splitFolders(root);
  if (splits.length > 0) {
    if (holdout > 0) throw splitClash(root, splits);
    const listings = once(() => listSplits(root, splits));
    return lazyDataset(
      'image-folder',
      new Map(splits.map((name) => [name, async () => splitFromFolder(name, await listings(), options)])),
    );
  }
  const read = async () => nameImages('', await listImages(root, EXTENSIONS), options);
  return dividedDataset('image-folder', read, holdout, holdoutSeed);
}

function checkFolder(root: string): void {
  const found = statSync(root, { throwIfNoEntry: false });
  if (!found) throw folderMissing(resolve(root), 'does not exist');
  if (!found.isDirectory()) throw folderMissing(resolve(root), 'is a file');
  try {
    accessSync(root, constants.R_OK | constants.X_OK);
  } catch (cause) {
    throw folderUnreadable(root, cause);
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * `train` beside `val` or `test` makes splits; so does `train` where it is the only folder. A `train` among other folders is a class
 * (of vehicles, say).
 */
function splitFolders(root: string): string[] {
  const found = SPLIT_FOLDERS.filter((name) => isFolder(join(root, name)));
  if (!found.includes('train')) return [];
  if (found.length > 1) return found;
  const others = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => !entry.name.startsWith('.') && entry.name !== 'train',
  );
  return others.some((entry) => entry.isDirectory()) ? [] : found;
}

const EXTENSIONS = [...IMAGE_EXTENSIONS, ...FOREIGN_EXTENSIONS];

async function listSplits(root: string, splits: readonly string[]): Promise<Map<string, Listing>> {
  const listings = new Map<string, Listing>();
  for (const name of splits) listings.set(name, await listImages(join(root, name), EXTENSIONS));
  return listings;
}

/** Labels mean the same class in every split: classes are the folders of all splits together. */
async function splitFromFolder(name: string, listings: ReadonlyMap<string, Listing>, options: NameOptions): Promise<SplitSource> {
  const classes = [...new Set([...listings.values()].flatMap((listing) => listing.folders))].sort();
  return splitOf(name, await nameImages(`${name}/`, listings.get(name)!, options, classes));
}

interface NameOptions extends Pick<ImageFolderConfig, 'root' | 'labels' | 'sniff' | 'cache'> {
  readonly log: Logger | undefined;
}

/** Images that `sniff: auto` looks into, at most. */
const SNIFFED = 20_000;

async function nameImages(
  prefix: string,
  { images, folders, otherFiles }: Listing,
  { root, labels, sniff, cache = cacheFolder('images'), log }: NameOptions,
  classes = folders,
): Promise<NamedImages> {
  const base = join(root, prefix);
  if (images.length === 0) throw folderEmpty(base, otherFiles);
  const look = sniff === 'auto' ? images.length <= SNIFFED : sniff;
  return {
    names: images.under(prefix),
    images: { kind: 'files', paths: await transcodeForeign(images, await realpath(base), { cache, sniff: look, log }) },
    ...((await hasLabels(images, labels)) ? { labels: await labelsOf(images, classes), classes } : {}),
  };
}
