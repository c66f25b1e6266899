import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { cacheNotWritable } from './errors.js';
import { CC_NAMES, FRAMEWORK_NAME } from './pinned.js';
import type { LibraryLocation, PinnedWheel, Surroundings } from './types.js';

/** Stands beside an installed library: what it is, and how to see that it is whole. */
export interface Manifest {
  readonly version: string;
  /** The file or address that it came out of. */
  readonly from: string;
  readonly files: Readonly<Record<string, number>>;
}

export const MANIFEST = 'mochi-library.json';

interface Root {
  readonly path: string;
  /** Below the folder for temporary files, where others could have put something: used only when it is this user's alone. */
  readonly isShared: boolean;
}

/** Folders of the cache, the first that can be written first. `MOCHI_CACHE` excludes all others. */
export function cacheRoots({ env }: Surroundings): Root[] {
  if (env['MOCHI_CACHE']) return [{ path: join(env['MOCHI_CACHE'], 'libtensorflow'), isShared: false }];
  const home = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  const temporary = join(env['TMPDIR'] || tmpdir(), `mochi-cache-${process.getuid?.() ?? 0}`);
  return [
    { path: join(home, 'mochi', 'libtensorflow'), isShared: false },
    { path: join(temporary, 'libtensorflow'), isShared: true },
  ];
}

/** Folders that an installation may have gone to, e.g. `tensorflow-cpu-2.21.0`, the one that is preferred first. The build for GPUs runs anywhere. */
export function foldersIn(root: string, surroundings: Surroundings): string[] {
  const gpu = wheelFolder(root, surroundings.gpuWheels[0]);
  const others = [wheelFolder(root, surroundings.wheel), archiveFolder(root, surroundings)];
  if (surroundings.device === 'gpu') return [gpu];
  return surroundings.device === 'auto' && surroundings.driver !== null ? [gpu, ...others] : [...others, gpu];
}

export const wheelFolder = (root: string, wheel: PinnedWheel): string => join(root, `${wheel.package}-${wheel.version}`);

export const archiveFolder = (root: string, surroundings: Surroundings): string =>
  join(root, `archive-${createHash('sha256').update(archiveUrlOf(surroundings)).digest('hex').slice(0, 12)}`);

export const archiveUrlOf = ({ env, archiveUrl }: Surroundings): string => env['MOCHI_LIBTENSORFLOW_ARCHIVE'] || archiveUrl;

/** The installed library of a folder, or why there is none. Sizes are compared: a folder that is not whole does not count. */
export async function readInstalled(dir: string): Promise<LibraryLocation | string> {
  const manifest = await readFile(join(dir, MANIFEST), 'utf8').then(
    (text) => parseManifest(text),
    () => null,
  );
  if (!manifest) return 'not installed';
  for (const [name, bytes] of Object.entries(manifest.files)) {
    const size = await sizeOf(join(dir, name));
    if (size !== bytes) return `${name} has ${size ?? 'no'} bytes of ${bytes}`;
  }
  const find = (names: readonly string[]) => Object.keys(manifest.files).find((path) => names.includes(basename(path)));
  const [cc, framework] = [find(CC_NAMES), find([FRAMEWORK_NAME])];
  if (!cc || !framework) return 'its manifest names no library';
  const [ccPath, frameworkPath] = [join(dir, cc), join(dir, framework)];
  return { dir: dirname(ccPath), ccPath, frameworkPath, source: 'cache', version: manifest.version };
}

function parseManifest(text: string): Manifest | null {
  try {
    const value = JSON.parse(text) as Partial<Manifest> | null;
    return typeof value?.version === 'string' && value.files ? (value as Manifest) : null;
  } catch {
    return null;
  }
}

export const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );

/** False for a folder that somebody else owns or may write: a library from there could be anything. */
export async function isTrusted({ path, isShared }: Root): Promise<boolean> {
  if (!isShared) return true;
  const owner = process.getuid?.();
  const about = await lstat(join(path, '..')).catch(() => null);
  return about !== null && about.isDirectory() && about.uid === owner && (about.mode & 0o022) === 0;
}

/**
 * The first folder of the cache that can be written, made if need be.
 *
 * @throws MOCHI_CACHE_NOT_WRITABLE when none can.
 */
export async function writableRoot(surroundings: Surroundings, note: (text: string) => void): Promise<string> {
  const roots = cacheRoots(surroundings);
  let failure: unknown;
  for (const root of roots) {
    try {
      await mkdir(root.path, { recursive: true, mode: root.isShared ? 0o700 : 0o777 });
      if (!(await isTrusted(root))) throw new Error('it belongs to somebody else');
      const probe = join(root.path, `.probe-${process.pid}`);
      await writeFile(probe, '');
      await rm(probe);
      if (failure) note(`${roots[0]!.path} cannot be written; TensorFlow goes to ${root.path}`);
      return root.path;
    } catch (error) {
      failure ??= error;
    }
  }
  throw cacheNotWritable(roots[0]!.path, failure);
}
