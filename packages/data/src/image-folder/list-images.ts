import { opendir, realpath, stat } from 'node:fs/promises';
import type { PackedNames } from '@mochi/contract';
import { folderUnreadable, IMAGE_EXTENSIONS } from '../errors.js';
import { NameBuffer } from '../name-buffer.js';

export interface Listing {
  /** Relative to the root, forward slashes, in the order of their names, folder by folder. */
  readonly images: PackedNames;
  /** Folders at the top, sorted, those without images too. */
  readonly folders: string[];
  readonly otherFiles: number;
}

const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase();

/** Whether a file name has the extension of an image that the input pipeline can decode, in any case. */
export const isImage = (name: string): boolean =>
  name.includes('.') && (IMAGE_EXTENSIONS as readonly string[]).includes(extensionOf(name));

/**
 * Every image under a folder, at any depth, hidden names passed over. Links are followed; one that leads back up ends there. Names are kept byte for
 * byte, UTF-8 or not, and never become strings of JavaScript. The event loop stays free: a folder is read and sorted in pieces.
 *
 * @param extensions Lower case, without the dot. @throws MOCHI_FOLDER_UNREADABLE for a folder that may not be listed.
 */
export async function listImages(root: string, extensions: readonly string[] = IMAGE_EXTENSIONS): Promise<Listing> {
  const walk: Walk = {
    root: Buffer.from(`${root}/`),
    extensions: new Set(extensions),
    images: new NameBuffer(),
    folders: [],
    otherFiles: 0,
  };
  await walkFolder(walk, Buffer.alloc(0), new Set([await realpath(root)]));
  return { images: walk.images.pack(), folders: walk.folders, otherFiles: walk.otherFiles };
}

interface Walk {
  /** With a slash at its end. */
  readonly root: Buffer;
  readonly extensions: ReadonlySet<string>;
  readonly images: NameBuffer;
  readonly folders: string[];
  otherFiles: number;
}

// Not an enum of strings: there is one for each of some million names.
const [FILE, FOLDER] = [0, 1];

/** @param prefix Of the folder's names, relative to the root, with a slash at its end. @param above Real paths of the folders around it. */
async function walkFolder(walk: Walk, prefix: Buffer, above: ReadonlySet<string>): Promise<void> {
  const { names, kinds } = await readFolder(walk, prefix);
  for (const at of await names.order()) {
    const name = Buffer.from(names.at(at));
    if (kinds[at] === FOLDER) {
      if (prefix.length === 0) walk.folders.push(name.toString());
      const path = Buffer.concat([prefix, name, SLASH]);
      const real = await realpath(Buffer.concat([walk.root, path]));
      if (!above.has(real)) await walkFolder(walk, path, new Set([...above, real]));
    } else walk.images.add(prefix, name);
  }
}

const SLASH = Buffer.from('/');
const DOT = 0x2e;

async function readFolder(walk: Walk, prefix: Buffer): Promise<{ names: NameBuffer; kinds: readonly number[] }> {
  const [names, kinds]: [NameBuffer, number[]] = [new NameBuffer(), []];
  const folder = Buffer.concat([walk.root, prefix]);
  const keep = (name: Buffer, kind: number): void => {
    names.add(prefix.subarray(0, 0), name);
    kinds.push(kind);
  };
  try {
    const entries = await opendir(folder, { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 });
    for await (const entry of entries) {
      const name = entry.name as unknown as Buffer;
      if (name[0] === DOT) continue;
      const kind = entry.isSymbolicLink() ? await kindOfLink(Buffer.concat([folder, name])) : entry;
      if (kind?.isDirectory()) keep(name, FOLDER);
      else if (kind?.isFile() && walk.extensions.has(extensionOf(name.toString('latin1')))) keep(name, FILE);
      else walk.otherFiles++;
    }
  } catch (cause) {
    throw folderUnreadable(folder.toString(), cause);
  }
  return { names, kinds };
}

/** What a link leads to; nothing where it leads nowhere. */
const kindOfLink = (path: Buffer): Promise<{ isFile(): boolean; isDirectory(): boolean } | undefined> =>
  stat(path).catch(() => undefined);
