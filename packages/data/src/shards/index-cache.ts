import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PackedNames } from '@mochi/contract';
import { cacheFolder } from '../cache-folder.js';
import type { ShardIndex } from './shard-index.js';

/** Changes when an index of an earlier version must not be read any more. */
const FORMAT = 2;

/** Where indexes are kept unless the config says otherwise. */
export const defaultShardCache = (): string => cacheFolder('shards');

/** A name for what is found in these shards: changes with their paths, sizes and times, and with what is looked for. */
export async function cacheKey(shards: readonly string[], lookedFor: unknown): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([FORMAT, lookedFor]));
  for (const shard of shards) {
    const { size, mtimeMs } = await stat(shard);
    hash.update(JSON.stringify([resolve(shard), size, mtimeMs]));
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * What `make` finds, kept in a file for the next time. A file that cannot be read or written is as good as none: only time is lost.
 *
 * @param folder Made when needed. @param key See {@link cacheKey}.
 */
export async function cachedIndex(folder: string, key: string, make: () => Promise<ShardIndex>): Promise<ShardIndex> {
  const path = join(folder, `${key}.index`);
  const known = await readFile(path).then(unpackIndex, () => undefined);
  if (known && (await allThere(known.images.files))) return known;
  const index = await make();
  const aside = `${path}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(aside, packIndex(index));
    await rename(aside, path);
  } catch {
    await rm(aside, { force: true });
  }
  return index;
}

const allThere = async (files: readonly string[]): Promise<boolean> =>
  (await Promise.all(files.map((file) => stat(file).then(() => true, () => false)))).every(Boolean); // prettier-ignore

interface Head {
  readonly files: readonly string[];
  readonly classes?: readonly string[];
  readonly labels: 'numbers' | readonly string[] | 'none';
  readonly count: number;
}

/** The length of the head, the head as JSON, then the numbers, then the names; before it a sum over all of it. */
function packIndex({ images, names, labels, classes }: ShardIndex): Buffer {
  const { files, file, offset, length } = images;
  const numbers = labels instanceof Int32Array ? labels : undefined;
  const head: Head = {
    files,
    ...(classes ? { classes } : {}),
    labels: numbers ? 'numbers' : ((labels as readonly string[] | undefined) ?? 'none'),
    count: names.length,
  };
  const text = Buffer.from(JSON.stringify(head));
  const size = Buffer.alloc(8);
  size.writeUInt32LE(text.length);
  const columns = [offset, length, names.starts, file, numbers ?? new Int32Array(0), names.sizes, names.bytes];
  const parts = [size, text, ...columns.map(bytesOf)];
  const body = Buffer.concat(parts);
  return Buffer.concat([createHash('sha256').update(body).digest(), body]);
}

const bytesOf = (values: Float64Array | Int32Array | Uint16Array | Uint8Array): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

function unpackIndex(bytes: Buffer): ShardIndex | undefined {
  const body = bytes.subarray(32);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, 32))) return undefined;
  const headEnd = 8 + body.readUInt32LE(0);
  const head = JSON.parse(body.subarray(8, headEnd).toString('utf8')) as Head;
  let at = headEnd;
  const take = (size: number): ArrayBuffer => new Uint8Array(body.subarray(at, (at += size))).buffer;
  const doubles = (): Float64Array => new Float64Array(take(8 * head.count));
  const [offset, length, starts] = [doubles(), doubles(), doubles()];
  const file = new Int32Array(take(4 * head.count));
  const numbers = head.labels === 'numbers' ? new Int32Array(take(4 * head.count)) : undefined;
  const sizes = new Uint16Array(take(2 * head.count));
  const labels = numbers ?? (head.labels === 'none' ? undefined : (head.labels as readonly string[]));
  return {
    images: { kind: 'ranges', files: head.files, file, offset, length },
    names: new PackedNames('', new Uint8Array(take(body.length - at)), starts, sizes),
    ...(labels ? { labels } : {}),
    ...(head.classes ? { classes: head.classes } : {}),
  };
}
