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
export function labelsOf(paths: readonly string[], classes: readonly string[]): Int32Array {
  const index = new Map(classes.map((name, at) => [name, at]));
  return Int32Array.from(paths, (path) => index.get(topFolder(path) ?? '') ?? -1);
}

/** Whether these images carry labels: see {@link LabelMode}. */
export function hasLabels(paths: readonly string[], mode: LabelMode): boolean {
  if (mode === 'none') return false;
  const inFolders = paths.reduce((count, path) => count + (path.includes('/') ? 1 : 0), 0);
  return mode === 'folders' ? inFolders > 0 : inFolders === paths.length;
}
