import { MochiError } from '@mochi/contract';
import { CC_NAMES, FRAMEWORK_NAME, OLDEST_GLIBC } from './pinned.js';
import type { PinnedWheel, Surroundings } from './types.js';

const BY_HAND =
  'set MOCHI_LIBTENSORFLOW to a folder that has both files (the folder `tensorflow` of an installed Python TensorFlow 2.21 will do)';
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

export const libraryNotFound = (dir: string, missing: readonly string[]) =>
  new MochiError('MOCHI_LIBRARY_NOT_FOUND', {
    happened: `MOCHI_LIBTENSORFLOW names ${dir}, which lacks ${missing.join(' and ')}.`,
    expected: `a folder with ${CC_NAMES.join(' or ')}, and ${FRAMEWORK_NAME}`,
    fix: 'Correct the folder, or unset MOCHI_LIBTENSORFLOW to have TensorFlow found or installed.',
  });

export const wrongPlatform = ({ platform, arch, glibc }: Surroundings) =>
  new MochiError('MOCHI_WRONG_PLATFORM', {
    happened: `TensorFlow cannot be set up on ${platform} ${arch} with ${glibc === null ? 'no glibc' : `glibc ${glibc}`}.`,
    expected: `Linux on x64 with glibc ${OLDEST_GLIBC} or newer`,
    fix: 'Use such a machine or container, e.g. the image node:20-bookworm. On Windows: WSL 2. Alpine has no glibc.',
  });

export const noPip = (wheel: PinnedWheel, archive: string) =>
  new MochiError('MOCHI_NO_PIP', {
    happened: `TensorFlow is not installed, there is no pip to fetch it with, and its archive did not come either: ${archive}`,
    expected: `\`python3 -m pip\`, \`pip3\` or \`pip\`, which fetch ${wheel.package} ${wheel.version} (${megabytes(wheel.bytes)})`,
    fix: `Install pip (Debian and Ubuntu: apt install python3-pip), or ${BY_HAND}.`,
  });

export const noNetwork = (details: string, cause?: unknown) =>
  new MochiError(
    'MOCHI_NO_NETWORK',
    {
      happened: `TensorFlow could not be downloaded: ${details}`,
      expected: 'a connection to the Python package index that pip is set up for',
      fix: `Check the network and pip's settings (index, proxy), then run the command again: it continues. Or ${BY_HAND}.`,
    },
    { cause },
  );

export const pipFailed = (command: string, code: number | null, output: string) =>
  new MochiError('MOCHI_PIP_FAILED', {
    happened: `\`${command}\` ended with exit code ${code}: ${output}`,
    expected: 'pip to download the wheel',
    fix: `Run that command by hand to see more, or ${BY_HAND}.`,
  });

export const hashMismatch = (what: string, expected: string, found: string) =>
  new MochiError('MOCHI_HASH_MISMATCH', {
    happened: `${what} was downloaded and has the sha256 ${found}; it was removed.`,
    expected: `sha256 ${expected}`,
    fix: 'Run the command again. If it happens twice, a proxy or mirror serves another file: ask pip for another index, or look into it.',
  });

export const libraryBroken = (what: string, problem: string, cause?: unknown) =>
  new MochiError(
    'MOCHI_LIBRARY_BROKEN',
    {
      happened: `${what} could not be unpacked: ${problem}`,
      expected: 'an archive that holds the TensorFlow library',
      fix: `Run the command again: it downloads anew. Or ${BY_HAND}.`,
    },
    { cause },
  );

export const diskFull = (folder: string, needed: number, free: number | null) =>
  new MochiError('MOCHI_DISK_FULL', {
    happened: `The disk of ${folder} ${free === null ? 'became full' : `has ${megabytes(free)} free`} while TensorFlow was set up.`,
    expected: `${megabytes(needed)} free while installing`,
    fix: 'Free some space, or set MOCHI_CACHE to a folder on another disk.',
  });

export const cacheNotWritable = (folder: string, cause: unknown) =>
  new MochiError(
    'MOCHI_CACHE_NOT_WRITABLE',
    {
      happened: `The cache folder ${folder} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      expected: 'a folder that this user may write, for about 1 GB',
      fix: 'Set MOCHI_CACHE to such a folder.',
    },
    { cause },
  );

/** True for a full disk or a used-up quota. */
export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as { code?: string } | null)?.code ?? '');
