import { execFile } from 'node:child_process';
import { access, readFile, rename, writeFile } from 'node:fs/promises';
import { cpus, platform, release, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runtimeInfo, type Precision } from '@mochi/tensorflow';
import { CHECKPOINTS, listCheckpoints } from '../checkpoint/layout.js';
import { runFolderTaken } from '../checkpoint/errors.js';

export const CONFIG_FILE = 'config.json';
export const ENVIRONMENT_FILE = 'environment.json';
export const SUMMARY_FILE = 'summary.json';

/** The run that a path is, or that a checkpoint is of. */
export const runOf = (path: string): string => (basename(dirname(path)) === CHECKPOINTS ? dirname(dirname(path)) : path);

/** @throws MOCHI_RUN_EXISTS when the folder holds a run already, be it one that failed before its first checkpoint. */
export async function requireNoRun(runDir: string): Promise<void> {
  if ((await exists(join(runDir, CONFIG_FILE))) || (await listCheckpoints(runDir)).length > 0) throw runFolderTaken(runDir);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Written aside and renamed, so that a reader never sees half of it. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const aside = `${path}.writing-${process.pid}`;
  await writeFile(aside, `${JSON.stringify(value, null, 2)}\n`);
  await rename(aside, path);
}

export const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

/** What another person needs to know to get the same numbers. @param precision What `runtime.precision` came to. */
export async function describeEnvironment(precision: Precision): Promise<Record<string, unknown>> {
  const { libraryDir: _where, ...tensorflow } = runtimeInfo();
  return {
    mochi: await ownVersion(),
    node: process.versions.node,
    platform: `${platform()} ${release()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    tensorflow,
    precision,
    git: await gitState(),
  };
}

/** Of this package, as all of the framework's have the same; null where a bundler took the code away from its manifest. */
export async function ownVersion(): Promise<string | null> {
  type Manifest = Partial<Record<'name' | 'version', string>>;
  const { name, version } = await readJson<Manifest>(fileURLToPath(new URL('../../package.json', import.meta.url))).catch(
    (): Manifest => ({}),
  );
  return name === '@mochi/trainer' ? (version ?? null) : null;
}

/** Commit and whether files differ from it, or null outside a repository. */
async function gitState(): Promise<{ commit: string; dirty: boolean } | null> {
  const git = async (...args: string[]): Promise<string> => (await promisify(execFile)('git', args)).stdout.trim();
  try {
    return { commit: await git('rev-parse', 'HEAD'), dirty: (await git('status', '--porcelain')) !== '' };
  } catch {
    return null;
  }
}
