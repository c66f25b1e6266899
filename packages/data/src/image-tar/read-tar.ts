import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { isMochiError } from '@mochi/contract';
import { tarUnreadable } from '../errors.js';
import { together } from '../together.js';

export interface TarContents {
  /** Files by their names without a leading `./`; of two entries of one name the later one, as `tar` itself has it. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly entries: number;
}

/**
 * Reads the wanted files of a tar (gzip by its first bytes) into memory.
 *
 * @param wanted Whether to keep a file, by name. @param onBytes Called with the bytes kept so far; may throw.
 * @throws MOCHI_TAR_UNREADABLE with the reason: missing, no permission, cut short, no tar.
 */
export async function readTar(
  path: string,
  wanted: (name: string) => boolean,
  onBytes: (total: number) => void = () => {},
): Promise<TarContents> {
  const files = new Map<string, Uint8Array>();
  let entries = 0;
  let total = 0;
  const unpack = extract();
  const read = async (): Promise<void> => {
    for await (const entry of unpack) {
      const name = normalise(entry.header.name);
      entries++;
      if (entry.header.type === 'file' && wanted(name)) {
        const bytes = await bytesOf(entry);
        total += bytes.length;
        onBytes(total);
        files.set(name, bytes);
      } else entry.resume();
    }
  };
  try {
    const zipped = await isGzip(path); // first: a stream that nobody listens to yet must not fail
    const source = createReadStream(path, { highWaterMark: 1 << 20 });
    const feed = zipped ? pipeline(source, createGunzip(), unpack) : pipeline(source, unpack);
    await together(feed, read());
  } catch (cause) {
    if (isMochiError(cause)) throw cause;
    throw tarUnreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  return { files, entries };
}

const normalise = (name: string): string =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

async function bytesOf(entry: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk as Uint8Array);
  return new Uint8Array(Buffer.concat(chunks)); // a copy of its own: the chunks are slices of the reader's megabyte
}

async function isGzip(path: string): Promise<boolean> {
  for await (const head of createReadStream(path, { end: 1 }))
    return (head as Buffer)[0] === 0x1f && (head as Buffer)[1] === 0x8b;
  throw tarUnreadable(path, 'it is empty');
}
