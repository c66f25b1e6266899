import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DownloadFailure, downloadFile, isDiskFull, type OnInstallProgress } from '@mochi/tensorflow';
import { dataDiskFull, downloadCorrupt, downloadFailed } from './errors.js';

export interface Checksum {
  /** What the publisher gives. */
  readonly algorithm: 'md5' | 'sha256';
  readonly hex: string;
}

/** A file as its publisher offers it. */
export interface RemoteFile {
  readonly url: string;
  readonly bytes?: number;
  readonly checksum?: Checksum;
}

export interface FetchOptions {
  /** Addresses to try first, of this very file. */
  readonly mirrors?: readonly string[];
  readonly report?: OnInstallProgress;
  readonly signal?: AbortSignal;
  /** Wait before the first repeated try, ms; it doubles. Default 1,000. */
  readonly retryMs?: number;
  /** A connection that stands still for as long is given up and continued, ms. Default 60,000. */
  readonly stallMs?: number;
}

/**
 * Brings a file to a path: whole and checked, or not at all. What is there already is left alone. A download that breaks off is continued, by this
 * call or a later one; redirects are followed; a server that is busy is asked again.
 *
 * @throws MOCHI_DOWNLOAD_FAILED, MOCHI_DOWNLOAD_CORRUPT (size or checksum; nothing is kept then), both with a reason for every address;
 * MOCHI_DISK_FULL (nothing is kept).
 */
export async function fetchFile(file: RemoteFile, path: string, options: FetchOptions = {}): Promise<void> {
  if (existsSync(path)) return;
  const { mirrors = [], report, signal, retryMs = 1000, stallMs = 60_000 } = options;
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.download`;
  const failures: { corrupt: boolean; reason: string }[] = [];
  for (const url of [...mirrors, file.url]) {
    try {
      if (!existsSync(aside)) await downloadFile({ url, path: aside, retryMs, stallMs, report, signal });
      const wrong = await whatIsWrong(aside, file);
      if (wrong === null) return await rename(aside, path);
      await removeParts(aside);
      failures.push({ corrupt: true, reason: `${url}: ${wrong}` });
    } catch (error) {
      if (isDiskFull(error)) {
        await removeParts(aside);
        throw dataDiskFull(dirname(path), `${url} was downloaded`, error);
      }
      if (!(error instanceof DownloadFailure)) throw error;
      failures.push({ corrupt: false, reason: `${url}: ${error.message}` });
    }
  }
  const reasons = failures.map(({ reason }) => reason);
  throw failures.every(({ corrupt }) => corrupt) ? downloadCorrupt(path, reasons) : downloadFailed(path, reasons);
}

const removeParts = async (aside: string): Promise<void> => {
  for (const part of [aside, `${aside}.partial`, `${aside}.partial.tag`]) await rm(part, { force: true });
};

async function whatIsWrong(path: string, { bytes, checksum }: RemoteFile): Promise<string | null> {
  const { size } = await stat(path);
  if (bytes !== undefined && size !== bytes) return `it has ${size} bytes, not ${bytes}`;
  if (!checksum) return null;
  const hash = createHash(checksum.algorithm);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  const hex = hash.digest('hex');
  return hex === checksum.hex ? null : `its ${checksum.algorithm} is ${hex}, not ${checksum.hex}`;
}
