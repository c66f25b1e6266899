import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sortNames } from '../breathe.js';
import { folderUnreadable, IMAGE_EXTENSIONS } from '../errors.js';

export interface Listing {
  /** Relative to the root, forward slashes, in the order of their names, folder by folder. */
  readonly images: string[];
  /** Folders at the top, sorted, those without images too. */
  readonly folders: string[];
  readonly otherFiles: number;
}

/** Whether a file name has an image's extension, in any case. */
export const isImage = (name: string): boolean => {
  const dot = name.lastIndexOf('.');
  return dot >= 0 && (IMAGE_EXTENSIONS as readonly string[]).includes(name.slice(dot + 1).toLowerCase());
};

/**
 * Every image under a folder, at any depth, links followed, hidden names passed over. The event loop stays free: a folder is read and
 * sorted in pieces.
 *
 * @throws MOCHI_FOLDER_UNREADABLE for a folder that may not be listed.
 */
export async function listImages(root: string): Promise<Listing> {
  const listing = { images: [] as string[], folders: [] as string[], otherFiles: 0 };
  await walk(root, '', new Set([await realpath(root)]), listing);
  return listing;
}

type Kind = 'folder' | 'file' | 'other';

async function walk(
  root: string,
  prefix: string,
  above: ReadonlySet<string>,
  listing: { images: string[]; folders: string[]; otherFiles: number },
): Promise<void> {
  const kinds = await readFolder(join(root, prefix));
  for (const name of await sortNames([...kinds.keys()])) {
    const path = prefix + name;
    if (kinds.get(name) === 'folder') {
      if (prefix === '') listing.folders.push(name);
      // A link may lead back up: a folder that is above itself is passed over.
      const real = await realpath(join(root, path));
      if (!above.has(real)) await walk(root, `${path}/`, new Set([...above, real]), listing);
    } else if (kinds.get(name) === 'file' && isImage(name)) listing.images.push(path);
    else listing.otherFiles++;
  }
}

async function readFolder(folder: string): Promise<Map<string, Kind>> {
  const kinds = new Map<string, Kind>();
  try {
    for await (const entry of await opendir(folder, { bufferSize: 512 })) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) kinds.set(entry.name, 'folder');
      else if (entry.isFile()) kinds.set(entry.name, 'file');
      else kinds.set(entry.name, entry.isSymbolicLink() ? await kindOfLink(join(folder, entry.name)) : 'other');
    }
  } catch (cause) {
    throw folderUnreadable(folder, cause);
  }
  return kinds;
}

async function kindOfLink(path: string): Promise<Kind> {
  try {
    const target = await stat(path);
    return target.isDirectory() ? 'folder' : target.isFile() ? 'file' : 'other';
  } catch {
    return 'other'; // a link to nothing is no image
  }
}
