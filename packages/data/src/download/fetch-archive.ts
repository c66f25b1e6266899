import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OnInstallProgress } from '@mochi/tensorflow';
import type { DownloadConfig } from './config.js';
import { fetchFile, type RemoteFile } from './fetch-file.js';
import type { UnpackLimits } from './entry-path.js';
import { unpackArchive } from './unpack.js';

export interface ArchiveSpec {
  readonly root: string;
  /** Names below the root: of the archive, and of the folder that is on top in it. */
  readonly archive: string;
  readonly folder: string;
  readonly remote: RemoteFile;
  readonly download: DownloadConfig;
  readonly limits?: UnpackLimits;
  readonly report?: OnInstallProgress;
}

/** Room for every data set that is fetched so: the largest unpacks to 3 GB. */
const LIMITS: UnpackLimits = { maxBytes: 16 * 2 ** 30, maxEntries: 2_000_000 };

/**
 * Brings a data set's folder below the root: fetched, checked, unpacked. What is there already is used: the folder, or the archive, put there by
 * other means. With both there, or `download` off, the network is not touched. The archive stays; it may be removed afterwards.
 *
 * @throws MOCHI_DOWNLOAD_FAILED, MOCHI_DOWNLOAD_CORRUPT, MOCHI_DISK_FULL, MOCHI_ARCHIVE_UNSAFE, MOCHI_ARCHIVE_TOO_BIG, MOCHI_ARCHIVE_BROKEN.
 */
export async function fetchArchive(spec: ArchiveSpec): Promise<void> {
  const { root, archive, folder, remote, download, limits = LIMITS, report } = spec;
  if (existsSync(join(root, folder))) return;
  const path = join(root, archive);
  const mirrors = typeof download === 'object' ? [download.mirror] : [];
  if (download) await fetchFile(remote, path, { mirrors, report });
  await unpackArchive(path, join(root, folder), limits);
}
