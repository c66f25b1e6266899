import { existsSync, readdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { GPU_WHEEL, NVIDIA_WHEELS } from './pinned-gpu.js';
import { ARCHIVE_URL, CPU_WHEEL, OLDEST_GLIBC, TESTED_VERSIONS } from './pinned.js';
import type { LibraryOptions, Surroundings } from './types.js';

/** This process and this machine, except for what the caller replaces. */
export const surroundingsOf = ({
  surroundings: replaced = {},
  device = 'auto',
}: Pick<LibraryOptions, 'surroundings' | 'device'>): Surroundings => ({
  env: process.env,
  platform: process.platform,
  arch: process.arch,
  glibc: 'glibc' in replaced ? (replaced.glibc ?? null) : readGlibc(),
  wheel: CPU_WHEEL,
  gpuWheels: [GPU_WHEEL, ...NVIDIA_WHEELS],
  driver: 'driver' in replaced ? (replaced.driver ?? null) : findDriver(replaced.env ?? process.env),
  cards: replaced.cards ?? findCards(),
  device,
  archiveUrl: ARCHIVE_URL,
  testedVersions: TESTED_VERSIONS,
  freeBytes,
  stderr: process.stderr,
  stallMs: 60_000,
  retryMs: 500,
  ...replaced,
});

function findCards(): string[] {
  if (!existsSync('/dev')) return [];
  return readdirSync('/dev').flatMap((name) => (/^nvidia\d+$/.test(name) ? [`/dev/${name}`] : []));
}

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

/** Where distributions, containers and WSL put the driver. */
const DRIVER_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/lib/x86_64-linux-gnu',
  '/usr/local/nvidia/lib64',
  '/usr/lib/wsl/lib',
  '/run/opengl-driver/lib',
];

function findDriver(env: Surroundings['env']): string | null {
  const folders = [...(env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean), ...DRIVER_FOLDERS];
  return folders.map((folder) => join(folder, 'libcuda.so.1')).find((path) => existsSync(path)) ?? null;
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
