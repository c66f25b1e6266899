import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { isMochiError, type MochiError } from '@mochi/contract';
import {
  archiveFolder,
  archiveUrlOf,
  foldersIn,
  MANIFEST,
  readInstalled,
  sizeOf,
  wheelFolder,
  writableRoot,
  type Manifest,
} from './cache.js';
import { downloadArchive } from './download-archive.js';
import { downloadWheel } from './download-wheel.js';
import { diskFull, hashMismatch, isDiskFull, libraryBroken, noNetwork, noPip } from './errors.js';
import { sha256Of } from './hash.js';
import { withLock } from './lock.js';
import type { InstallProgress, OnInstallProgress } from './progress.js';
import type { LibraryLocation, PinnedWheel, Surroundings } from './types.js';
import { unpackArchive } from './unpack-archive.js';
import { unpackWheel } from './unpack-wheel.js';

interface Installation {
  /** The folder `libtensorflow` of the cache. */
  readonly root: string;
  /** What is on its way, kept over a failure. */
  readonly downloads: string;
  readonly surroundings: Surroundings;
  readonly report: OnInstallProgress;
  readonly signal?: AbortSignal;
}

const MARGIN = 64e6; // bytes left free for everybody else

/** Installs TensorFlow into the user's cache; one process at a time, the others wait and then find it. */
export async function install(
  surroundings: Surroundings,
  report: OnInstallProgress,
  signal?: AbortSignal,
): Promise<LibraryLocation> {
  const note = (what: string) => report({ phase: 'note', what, bytes: 0, totalBytes: null });
  const root = await writableRoot(surroundings, note);
  const onWait = (pid: number) =>
    report({ phase: 'wait', what: `waiting for process ${pid}, which is installing TensorFlow`, bytes: 0, totalBytes: null });
  const work = async () => {
    for (const dir of foldersIn(root, surroundings)) {
      const installed = await readInstalled(dir);
      if (typeof installed !== 'string') return installed;
    }
    await removeLeftovers(root);
    const downloads = join(root, 'downloads');
    await mkdir(downloads, { recursive: true });
    return installFirst({ root, downloads, surroundings, report, signal });
  };
  return withLock(join(root, 'lock'), onWait, work, signal);
}

/** The wheels; where they cannot come (no pip, no index), the archive, which there is for processors only. A wrong hash or a full disk ends it: another source would hide it. */
async function installFirst(installation: Installation): Promise<LibraryLocation> {
  const { device, gpuWheels } = installation.surroundings;
  let failure: MochiError | null = null;
  try {
    const installed = await installWheel(installation);
    if (installed) return installed;
    if (device === 'gpu') throw noPip(gpuWheels[0], 'there is none for GPUs.');
  } catch (error) {
    if (device === 'gpu' || !isMochiError(error) || !['MOCHI_NO_NETWORK', 'MOCHI_PIP_FAILED'].includes(error.code)) throw error;
    failure = error;
    installation.report({ phase: 'note', what: `the wheel did not come: ${error.happened}`, bytes: 0, totalBytes: null });
  }
  try {
    return await installArchive(installation);
  } catch (error) {
    if (!isMochiError(error) || error.code !== 'MOCHI_NO_NETWORK') throw error;
    if (!failure) throw noPip(installation.surroundings.wheel, error.happened);
    if (failure.code === 'MOCHI_NO_NETWORK') throw noNetwork(`${failure.happened} ${error.happened}`, failure);
    throw failure;
  }
}

async function installWheel(installation: Installation): Promise<LibraryLocation | null> {
  const { downloads, surroundings, report, signal } = installation;
  const wheels: readonly PinnedWheel[] = surroundings.device === 'gpu' ? surroundings.gpuWheels : [surroundings.wheel];
  const [first] = wheels as [PinnedWheel];
  const target = wheelFolder(installation.root, first);
  const unpacked = sumOf(wheels.flatMap(({ keep }) => keep));
  const missing: PinnedWheel[] = [];
  for (const wheel of wheels) if ((await sizeOf(join(downloads, wheel.fileName))) !== wheel.bytes) missing.push(wheel);
  if (wheels.length > 1) report(announcement(missing, unpacked, target));
  await checkSpace(installation, unpacked + sumOf(missing));
  const paths: string[] = [];
  for (const wheel of wheels) {
    const path = await downloadWheel(downloads, wheel, surroundings.env, report, signal);
    if (path === null) return null;
    paths.push(path);
  }
  await place(installation, target, unpacked, first.fileName, async (folder) => {
    for (const [at, wheel] of wheels.entries()) await unpackWheel(paths[at]!, wheel, folder, report, signal);
    return first.version;
  });
  for (const path of paths) await rm(path, { force: true }); // up to three gigabytes that nobody needs again
  return finished(target, 'wheel', report);
}

const sumOf = (parts: readonly { readonly bytes: number }[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

/** Gigabytes are said before they are fetched. */
const announcement = (wheels: readonly PinnedWheel[], unpacked: number, target: string): InstallProgress => {
  const mega = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const what = `TensorFlow for GPUs: ${wheels.length} wheels to download, ${mega(sumOf(wheels))}; ${mega(unpacked)} are kept in ${target}`;
  return { phase: 'note', what, bytes: 0, totalBytes: null };
};

async function installArchive(installation: Installation): Promise<LibraryLocation> {
  const { root, downloads, surroundings, report, signal } = installation;
  const { url, sha256 } = splitHash(archiveUrlOf(surroundings));
  const target = archiveFolder(root, surroundings);
  const path = join(downloads, `${basename(target)}.tar.gz`);
  await checkSpace(installation, 0);
  if ((await sizeOf(path)) === null)
    await orDiskFull(
      downloadArchive({ url, path, stallMs: surroundings.stallMs, retryMs: surroundings.retryMs, report, signal }),
      downloads,
      600e6,
    );
  try {
    const found = sha256 ? await sha256Of(path) : null;
    if (found !== sha256) throw hashMismatch(url, sha256!, found!);
    await place(installation, target, 600e6, url, (folder) => unpackArchive(path, folder, report, signal));
  } finally {
    if (!signal?.aborted) await rm(path, { force: true }); // not needed, or not good
  }
  return finished(target, 'archive', report);
}

/** An address may end in `#sha256=...`, as in pip's links. */
function splitHash(address: string): { url: string; sha256: string | null } {
  const [url = '', fragment = ''] = address.split('#');
  return { url, sha256: /^sha256=([0-9a-f]{64})$/.exec(fragment)?.[1] ?? null };
}

async function checkSpace({ root, surroundings }: Installation, needed: number): Promise<void> {
  const free = await surroundings.freeBytes(root);
  if (free < needed + MARGIN) throw diskFull(root, needed + MARGIN, free);
}

/** Unpacks aside, brings everything to the disk and renames: a folder with the final name is whole. */
async function place(
  { root }: Installation,
  target: string,
  needed: number,
  from: string,
  unpack: (folder: string) => Promise<string>,
): Promise<void> {
  const aside = `${target}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(aside);
  try {
    const version = await orDiskFull(unpack(aside), root, needed);
    const files: Record<string, number> = {};
    for (const entry of await readdir(aside, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) files[relative(aside, path)] = (await stat(path)).size;
    }
    const manifest: Manifest = { version, from, files };
    await writeFile(join(aside, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
    await syncFolder(aside);
    if (typeof (await readInstalled(target)) === 'string') await rm(target, { recursive: true, force: true });
    await rename(aside, target).catch(async (error: unknown) => {
      if (typeof (await readInstalled(target)) === 'string') throw error; // else another process was faster: its library is as good
    });
    await syncFolder(dirname(target));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

const orDiskFull = <T>(work: Promise<T>, folder: string, needed: number): Promise<T> =>
  work.catch((error: unknown) => {
    if (isDiskFull(error)) throw diskFull(folder, needed, null);
    throw error;
  });

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Of processes that were killed: they hold no lock any more. Downloads stay. */
async function removeLeftovers(root: string): Promise<void> {
  for (const folder of [root, join(root, 'downloads')]) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (/\.partial-\d+-|^pip-\d+$/.test(name)) await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

async function finished(target: string, source: 'wheel' | 'archive', report: OnInstallProgress): Promise<LibraryLocation> {
  const installed = await readInstalled(target);
  if (typeof installed === 'string') throw libraryBroken(target, installed);
  report({ phase: 'done', what: `TensorFlow ${installed.version} is in ${target}`, bytes: 0, totalBytes: null });
  return { ...installed, source };
}
