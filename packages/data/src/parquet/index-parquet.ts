import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { dataCorrupt } from '../file-errors.js';
import { IndexBuilder, type ShardIndex } from '../shards/shard-index.js';
import { openTable } from './read-groups.js';

/**
 * Where the images of Parquet files are. Images that a file has as they are, are read in place; those that it has compressed are unpacked
 * once, one after the other, into a file of the cache folder, which takes as much disk as the images.
 *
 * @param pack Path of that file, in `folder`. @throws MOCHI_DATA_CORRUPT names the file and row group.
 */
export async function indexParquet(
  shards: readonly string[],
  wanted: { image?: string; label?: string | null },
  folder: string,
  key: string,
): Promise<ShardIndex> {
  const pack = join(folder, `${key}.images`);
  const index = new IndexBuilder(shards);
  const writer = new PackWriter(folder, pack);
  let classes: readonly string[] | undefined;
  try {
    for (const [shard, path] of shards.entries()) {
      const table = await openTable(path, wanted);
      try {
        classes = sameClasses(path, classes, table.columns.classes);
        let row = 0;
        for await (const rows of table.groups())
          for (const { bytes, offset, label } of rows) {
            const place = offset === undefined ? { file: shards.length, offset: await writer.add(bytes) } : { offset };
            const labelled = label === undefined ? {} : { label };
            index.add({ shard, ...place, length: bytes.length, name: String(row++), ...labelled });
          }
      } finally {
        await table.close();
      }
    }
    return index.build((await writer.finish()) ? [pack] : [], classes);
  } catch (cause) {
    await writer.abort();
    throw cause;
  }
}

function sameClasses(
  path: string,
  before: readonly string[] | undefined,
  now: readonly string[] | undefined,
): readonly string[] | undefined {
  if (before && now && before.join('\n') !== now.join('\n'))
    throw dataCorrupt(
      path,
      'its footer',
      'its classes differ from those of the files before it',
      'the same classes in all files',
    );
  return before ?? now;
}

/** Images one after the other in a file, written aside and renamed when whole. Made when the first one comes. */
class PackWriter {
  private file: FileHandle | undefined;
  private size = 0;
  private readonly aside: string;

  constructor(
    private readonly folder: string,
    private readonly path: string,
  ) {
    this.aside = `${path}.${randomUUID()}`;
  }

  /** @returns Where it begins. */
  async add(bytes: Uint8Array): Promise<number> {
    if (!this.file) {
      await mkdir(this.folder, { recursive: true });
      this.file = await open(this.aside, 'wx');
    }
    for (let at = 0; at < bytes.length;) at += (await this.file.write(bytes, at)).bytesWritten;
    this.size += bytes.length;
    return this.size - bytes.length;
  }

  /** @returns Whether there is a file. */
  async finish(): Promise<boolean> {
    if (!this.file) return false;
    await this.file.sync();
    await this.file.close();
    await rename(this.aside, this.path);
    return true;
  }

  async abort(): Promise<void> {
    await this.file?.close().catch(() => {});
    await rm(this.aside, { force: true });
  }
}
