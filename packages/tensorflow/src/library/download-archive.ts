import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sizeOf } from './cache.js';
import { isDiskFull, noNetwork } from './errors.js';
import type { OnInstallProgress } from './progress.js';

export interface FileDownload {
  readonly url: string;
  /** Where the whole file goes. Beside it `.partial` grows and `.partial.tag` says which version of the file that is of. */
  readonly path: string;
  /** A connection that stands still for as long is given up and continued. */
  readonly stallMs: number;
  /** Wait before the first repeated try; it doubles from try to try. */
  readonly retryMs: number;
  readonly report?: OnInstallProgress;
  readonly signal?: AbortSignal;
}

const TRIES = 4; // in a row without a new byte

/** Why a file could not be had from an address. What came stays for the next time. */
export class DownloadFailure extends Error {
  override readonly name = 'DownloadFailure';
}

/**
 * Downloads a file, and continues where an earlier try broke off, in this process or another.
 *
 * @throws DownloadFailure when the server refuses, or several tries in a row bring nothing new; what the file system says of a full disk;
 * the reason of the signal.
 */
export async function downloadFile(download: FileDownload): Promise<void> {
  const partial = `${download.path}.partial`;
  for (let tries = 1; ; tries++) {
    const before = (await sizeOf(partial)) ?? 0;
    try {
      await fetchRest(download, partial, before);
      break;
    } catch (error) {
      if (download.signal?.aborted || isDiskFull(error)) throw error;
      if (((await sizeOf(partial)) ?? 0) > before) tries = 0;
      if (error instanceof Refused || tries >= TRIES) throw new DownloadFailure(reasonOf(error), { cause: error });
      await sleep(download.retryMs * 2 ** Math.max(0, tries - 1), undefined, { signal: download.signal });
    }
  }
  await rename(partial, download.path);
  await rm(`${partial}.tag`, { force: true });
}

/** TensorFlow's archive. @throws MOCHI_NO_NETWORK, and what else {@link downloadFile} throws. */
export async function downloadArchive(download: FileDownload): Promise<void> {
  try {
    await downloadFile(download);
  } catch (error) {
    throw error instanceof DownloadFailure ? noNetwork(`${download.url}: ${error.message}`, error.cause) : error;
  }
}

/** The server answered, and will answer the same again. */
class Refused extends Error {}

async function fetchRest(download: FileDownload, partial: string, have: number): Promise<void> {
  const tagPath = `${partial}.tag`;
  const tag = have > 0 ? await readFile(tagPath, 'utf8').catch(() => '') : '';
  const from = tag ? have : 0; // what cannot be shown to be of the same file is not continued
  const stall = new AbortController();
  const signal = AbortSignal.any([stall.signal, ...(download.signal ? [download.signal] : [])]);
  const timer = setTimeout(() => stall.abort(new Error('the connection stood still')), download.stallMs);
  const alive = () => void timer.refresh();
  try {
    const headers: Record<string, string> = {
      'Accept-Encoding': 'identity',
      ...(from > 0 ? { Range: `bytes=${from}-`, 'If-Range': tag } : {}),
    };
    const response = await fetch(download.url, { headers, signal });
    if (response.status === 416) await rm(partial, { force: true }); // longer than the file: start again
    if (!response.ok || !response.body) throw refusalOf(response);
    const isRest = response.status === 206;
    const start = isRest ? from : 0;
    if (isRest && !response.headers.get('content-range')?.startsWith(`bytes ${from}-`))
      throw new Refused('it sent another part than the one asked for');
    await writeFile(tagPath, response.headers.get('etag') ?? response.headers.get('last-modified') ?? '');
    const length = Number(response.headers.get('content-length')) || null;
    await save(response.body, partial, { start, total: length === null ? null : start + length, alive, signal, download });
  } finally {
    clearTimeout(timer);
  }
}

const refusalOf = ({ status, statusText }: Response): Error =>
  status === 416 || status === 429 || status >= 500
    ? new Error(`it answers ${status} ${statusText}`)
    : new Refused(`it answers ${status} ${statusText}`);

interface Saving {
  readonly start: number;
  readonly total: number | null;
  readonly alive: () => void;
  readonly signal: AbortSignal;
  readonly download: FileDownload;
}

async function save(
  body: NonNullable<Response['body']>,
  partial: string,
  { start, total, alive, signal, download }: Saving,
): Promise<void> {
  let bytes = start;
  const watch = new Transform({
    transform(piece: Buffer, _encoding, next) {
      alive();
      bytes += piece.length;
      download.report?.({ phase: 'download', what: `downloading ${download.url}`, bytes, totalBytes: total });
      next(null, piece);
    },
  });
  const target = createWriteStream(partial, { flags: start > 0 ? 'a' : 'w' });
  await pipeline(Readable.fromWeb(body), watch, target, { signal });
  if (total !== null && bytes !== total) throw new Error(`it sent ${bytes} of ${total} bytes`);
}

/** What fetch hides behind "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? error.cause.message || ((error.cause as { code?: string }).code ?? error.message)
    : error.message;
}
