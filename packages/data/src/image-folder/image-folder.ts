import type { Dataset, SplitSource } from '@mochi/contract';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dividedDataset } from '../divided-dataset.js';
import { folderEmpty, folderMissing, folderUnreadable, splitClash } from '../errors.js';
import { hasLabels, labelsOf } from '../labels.js';
import { splitOf, type NamedImages } from '../named-images.js';
import { lazyDataset, once } from '../splits.js';
import type { ImageFolderConfig } from './config.js';
import { listImages, type Listing } from './list-images.js';

/** Folders that are splits, not classes. */
const SPLIT_FOLDERS = ['train', 'val', 'test'] as const;

/**
 * A folder of images as a data set. Cheap: it looks at the top alone; the images are listed when a split is first asked for.
 *
 * @throws MOCHI_FOLDER_MISSING, MOCHI_FOLDER_UNREADABLE, MOCHI_SPLIT_CLASH at once; MOCHI_FOLDER_EMPTY from `split`.
 */
export function openImageFolder(config: ImageFolderConfig): Dataset {
  const { root, labels, holdout, holdoutSeed } = config;
  checkFolder(root);
  const splits = splitFolders(root);
  if (splits.length > 0) {
    if (holdout > 0) throw splitClash(root, splits);
    const listings = once(() => listSplits(root, splits));
    return lazyDataset(
      'image-folder',
      new Map(splits.map((name) => [name, async () => splitFromFolder(name, root, await listings(), config)])),
    );
  }
  return dividedDataset('image-folder', async () => nameImages(root, '', await listImages(root), labels), holdout, holdoutSeed);
}

function checkFolder(root: string): void {
  const found = statSync(root, { throwIfNoEntry: false });
  if (!found) throw folderMissing(root, 'does not exist');
  if (!found.isDirectory()) throw folderMissing(root, 'is a file');
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

async function listSplits(root: string, splits: readonly string[]): Promise<Map<string, Listing>> {
  const listings = new Map<string, Listing>();
  for (const name of splits) listings.set(name, await listImages(join(root, name)));
  return listings;
}

/** Labels mean the same class in every split: classes are the folders of all splits together. */
function splitFromFolder(
  name: string,
  root: string,
  listings: ReadonlyMap<string, Listing>,
  config: ImageFolderConfig,
): SplitSource {
  const classes = [...new Set([...listings.values()].flatMap((listing) => listing.folders))].sort();
  return splitOf(name, nameImages(root, `${name}/`, listings.get(name)!, config.labels, classes));
}

function nameImages(
  root: string,
  prefix: string,
  listing: Listing,
  mode: ImageFolderConfig['labels'],
  classes = listing.folders,
): NamedImages {
  const { images, otherFiles } = listing;
  if (images.length === 0) throw folderEmpty(join(root, prefix), otherFiles);
  const base = join(root, prefix);
  return {
    names: prefix === '' ? images : images.map((image) => prefix + image),
    images: { kind: 'files', paths: images.map((image) => join(base, image)) },
    ...(hasLabels(images, mode) ? { labels: labelsOf(images, classes), classes } : {}),
  };
}
