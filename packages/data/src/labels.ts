import { PackedNames, type Names } from '@mochi/contract';
import { breathe } from './breathe.js';

/** Names between two turns of the event loop. */
const CHUNK = 65_536;

/** How class labels are found. `auto`: class folders where there are only folders at the top. */
export type LabelMode = 'auto' | 'folders' | 'none';

/** The first folder of a relative path with forward slashes, or undefined for a loose file. */
export const topFolder = (path: string): string | undefined => {
  const slash = path.indexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
};

/**
 * Labels by the first folder of each path.
 *
 * @param paths Relative to the split's root, forward slashes.
 * @param classes Names in the order of their labels; a folder that is none of them gets -1.
 */
export async function labelsOf(paths: Names, classes: readonly string[]): Promise<Int32Array> {
  const index = new Map(classes.map((name, at) => [name, at]));
  const labels = new Int32Array(paths.length);
  let at = 0;
  for (const folder of topFolders(paths)) {
    labels[at++] = index.get(folder ?? '') ?? -1;
    if (at % CHUNK === 0) await breathe();
  }
  return labels;
}

/** Whether these images carry labels: see {@link LabelMode}. */
export async function hasLabels(paths: Names, mode: LabelMode): Promise<boolean> {
  if (mode === 'none') return false;
  let [inFolders, seen] = [0, 0];
  for (const folder of topFolders(paths)) {
    if (folder !== undefined) inFolders++;
    if (++seen % CHUNK === 0) await breathe();
  }
  return mode === 'folders' ? inFolders > 0 : inFolders === paths.length;
}

/** Top folders of paths. Of packed ones a folder becomes a string once for all of its images that follow one another. */
function* topFolders(paths: Names): Generator<string | undefined> {
  if (!(paths instanceof PackedNames)) {
    for (const path of paths) yield topFolder(path);
    return;
  }
  let before: Buffer | undefined;
  let folder: string | undefined;
  for (let at = 0; at < paths.length; at++) {
    const { buffer, byteOffset, length } = paths.bytesAt(at)!;
    const path = Buffer.from(buffer, byteOffset, length);
    const own = path.subarray(0, Math.max(0, path.indexOf(SLASH)));
    if (!before?.equals(own)) {
      before = own;
      folder = own.length === 0 ? undefined : own.toString();
    }
    yield folder;
  }
}

const SLASH = 0x2f;
