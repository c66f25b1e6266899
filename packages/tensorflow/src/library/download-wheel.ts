import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, type CommandResult } from './commands.js';
import { diskFull, hashMismatch, noNetwork, pipFailed } from './errors.js';
import { sha256Of } from './hash.js';
import type { OnInstallProgress } from './progress.js';
import type { PinnedWheel, Surroundings } from './types.js';

/** Ways to call pip, the surest first. */
export const PIP_COMMANDS: readonly (readonly [string, ...string[]])[] = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

const NETWORK =
  /ConnectionError|NewConnection|ConnectTimeout|ReadTimeout|timed out|name resolution|getaddrinfo|Max retries|ProxyError|SSLError|Connection (refused|reset|broken|aborted)|Network is unreachable|ProtocolError|IncompleteRead/i;
const FULL = /No space left on device|ENOSPC|Disk quota exceeded/i;

/**
 * A pinned wheel, from an earlier download where that is whole, else by `pip download`.
 *
 * @param folder Where wheels are kept until they are unpacked.
 * @returns Its path, or null when there is no pip.
 * @throws MOCHI_NO_NETWORK, MOCHI_PIP_FAILED, MOCHI_DISK_FULL, MOCHI_HASH_MISMATCH.
 */
export async function downloadWheel(
  folder: string,
  wheel: PinnedWheel,
  env: Surroundings['env'],
  report: OnInstallProgress,
  signal?: AbortSignal,
): Promise<string | null> {
  const path = join(folder, wheel.fileName);
  if ((await hashOf(path, wheel, report)) === wheel.sha256) return path;
  await rm(path, { force: true }); // damaged, or not there
  const work = join(folder, `pip-${process.pid}`);
  await rm(work, { recursive: true, force: true });
  await mkdir(join(work, 'tmp'), { recursive: true });
  try {
    if (!(await pipDownload(work, wheel, env, report, signal))) return null;
    const fetched = join(work, (await readdir(work)).find((name) => name.endsWith('.whl')) ?? wheel.fileName);
    const found = await hashOf(fetched, wheel, report);
    if (found !== wheel.sha256) throw hashMismatch(wheel.fileName, wheel.sha256, found ?? 'of no file');
    await rename(fetched, path);
    return path;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function hashOf(path: string, wheel: PinnedWheel, report: OnInstallProgress): Promise<string | null> {
  if (!(await stat(path).catch(() => null))) return null;
  let bytes = 0;
  return sha256Of(path, (more) =>
    report({
      phase: 'verify',
      what: `checking ${wheel.package} ${wheel.version}`,
      bytes: (bytes += more),
      totalBytes: wheel.bytes,
    }),
  );
}

/** False when there is no pip. pip's temporary folder is ours: its growth is the progress, and no second disk is needed. */
async function pipDownload(
  work: string,
  wheel: PinnedWheel,
  env: Surroundings['env'],
  report: OnInstallProgress,
  signal?: AbortSignal,
): Promise<boolean> {
  const args = [
    'download',
    `${wheel.package}==${wheel.version}`,
    ...wheel.tags,
    '--only-binary=:all:',
    '--no-deps',
    '--no-cache-dir',
    '--progress-bar',
    'off',
    '-d',
    work,
  ];
  // pip reads its options from the environment too: these must not be inherited. PIP_RESUME_RETRIES: ignored by a pip that does not know it.
  const own = {
    TMPDIR: join(work, 'tmp'),
    PIP_REQUIRE_VIRTUALENV: 'false',
    PIP_NO_INPUT: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_RESUME_RETRIES: '5',
  };
  const what = `downloading ${wheel.package} ${wheel.version} with pip`;
  for (const [command, ...before] of PIP_COMMANDS) {
    let most = 0;
    let ended = false;
    const tell = (bytes: number): void => {
      most = Math.max(most, Math.min(bytes, wheel.bytes)); // sizes may come late, and in another order than asked for
      if (!ended) report({ phase: 'download', what, bytes: most, totalBytes: wheel.bytes });
    };
    tell(0);
    const timer = setInterval(() => void sizeOfFolder(work).then(tell), 250);
    const result = await runCommand(command, [...before, ...args], { env: { ...env, ...own }, signal }).finally(() => {
      ended = true;
      clearInterval(timer);
    });
    if (result.code === 0) return true;
    if (!result.isMissing && !/No module named pip/.test(result.stderr))
      throw failureOf([command, ...before].join(' '), result, wheel, work);
  }
  return false;
}

function failureOf(command: string, { code, stdout, stderr }: CommandResult, wheel: PinnedWheel, work: string) {
  const output = `${stdout}\n${stderr}`;
  const end = stderr.trim().split('\n').slice(-3).join(' ') || stdout.trim().split('\n').slice(-3).join(' ') || 'it said nothing';
  if (FULL.test(output)) return diskFull(work, 2 * wheel.bytes, null);
  if (NETWORK.test(output)) return noNetwork(`pip says: ${end}`);
  return pipFailed(`${command} download ${wheel.package}==${wheel.version}`, code, end);
}

async function sizeOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
