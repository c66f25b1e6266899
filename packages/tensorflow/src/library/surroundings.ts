import { statfs } from 'node:fs/promises';
import { ARCHIVE_URL, CPU_WHEEL, OLDEST_GLIBC, TESTED_VERSIONS } from './pinned.js';
import type { Surroundings } from './types.js';

/** This process and this machine, except for what the caller replaces. */
export const surroundingsOf = (replaced: Partial<Surroundings> = {}): Surroundings => ({
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  glibc: 'glibc' in replaced ? (replaced.glibc ?? null) : readGlibc(),
  wheel: CPU_WHEEL,
  archiveUrl: ARCHIVE_URL,
  testedVersions: TESTED_VERSIONS,
  freeBytes,
  stderr: process.stderr,
  stallMs: 60_000,
  retryMs: 500,
  ...replaced,
});

/** True where the pinned wheel runs: Linux on x64 with glibc 2.27 or newer. */
export const isSupported = ({ platform, arch, glibc }: Pick<Surroundings, 'platform' | 'arch' | 'glibc'>): boolean =>
  platform === 'linux' && arch === 'x64' && glibc !== null && atLeast(glibc, OLDEST_GLIBC);

function atLeast(version: string, floor: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [floorMajor = 0, floorMinor = 0] = floor.split('.').map(Number);
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}

function readGlibc(): string | null {
  if (process.platform !== 'linux') return null;
  const report = process.report as { excludeNetwork?: boolean; getReport(): unknown };
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // otherwise it looks up the names of all open connections, which can take seconds
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (before !== undefined) report.excludeNetwork = before;
  return header.glibcVersionRuntime ?? null;
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
