import { open, type FileHandle } from 'node:fs/promises';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import type { parquetPlan } from 'hyparquet/src/plan.js';
import { dataCorrupt } from '../file-errors.js';
import { findColumns, type ImageColumns } from './columns.js';

/** One row. */
export interface ImageRow {
  readonly bytes: Uint8Array;
  /** Where these bytes stand in the file as they are; undefined where the file has them compressed. */
  readonly offset: number | undefined;
  readonly label: number | string | undefined;
}
export interface ImageTable {
  readonly columns: ImageColumns;
  /** The rows of each row group, in order. One group is in memory at a time. */
  groups(): AsyncGenerator<readonly ImageRow[]>;
  close(): Promise<void>;
}
const EXPECTED = 'a whole Parquet file, as image hubs write it: a column of encoded images, and one of labels';

/**
 * The images and labels of a Parquet file, row group by row group; of the other columns nothing is read.
 *
 * @throws MOCHI_DATA_CORRUPT names the file, and the row group or row where it is cut short or has no image.
 */
export async function openTable(path: string, wanted: { image?: string; label?: string | null }): Promise<ImageTable> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { parquetMetadataAsync, parquetSchema } = await import('hyparquet'); // late: few runs need it
    const begins = new WeakMap<ArrayBufferLike, number>();
    const buffer = await bufferOf(file, begins);
    const metadata = await parquetMetadataAsync(buffer);
    const columns = findColumns(metadata, parquetSchema(metadata).children, wanted);
    const opened = file;
    return { columns, groups: () => readGroups(path, buffer, metadata, columns, begins), close: () => opened.close() };
  } catch (cause) {
    await file?.close();
    throw dataCorrupt(path, 'its footer', (cause as Error).message, EXPECTED, cause);
  }
}

/** A file as hyparquet reads it, which remembers where each piece came from: values are views of these pieces. */
async function bufferOf(file: FileHandle, begins: WeakMap<ArrayBufferLike, number>): Promise<AsyncBuffer> {
  const { size } = await file.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      if (start < 0 || end > size) throw new RangeError(`it ends at byte ${size}, before byte ${end}: it is cut short`);
      const piece = new Uint8Array(end - start);
      for (let read = 0; read < piece.length;) {
        const { bytesRead } = await file.read(piece, read, piece.length - read, start + read);
        if (bytesRead === 0) throw new RangeError(`it got shorter while it was read, at byte ${start + read}`);
        read += bytesRead;
      }
      begins.set(piece.buffer, start);
      return piece.buffer;
    },
  };
}

async function* readGroups(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  { image, label }: ImageColumns,
  begins: WeakMap<ArrayBufferLike, number>,
): AsyncGenerator<readonly ImageRow[]> {
  const { compressors } = await import('hyparquet-compressors');
  const { readRowGroup } = await import('hyparquet/src/rowgroup.js');
  const options = { file, metadata, columns: [image[0]!, ...(label === undefined ? [] : [label])], utf8: false, compressors };
  const plan = await planOf(path, options);
  let first = 0;
  for (const [number, group] of plan.groups.entries()) {
    const leaf = async (at: readonly string[]): Promise<readonly unknown[]> => {
      const chunks = group.chunks.filter(({ columnMetadata }) => columnMetadata.path_in_schema.join('\0') === at.join('\0'));
      const { asyncColumns } = readRowGroup(options, plan, { ...group, chunks });
      const pages = (await Promise.all(asyncColumns.map((column) => column.data))).flatMap(({ data }) => data);
      return pages.flatMap((page) => Array.from(page as ArrayLike<unknown>, unwrapped));
    };
    let rows: ImageRow[];
    try {
      const images = await leaf(image);
      const labels = label === undefined ? [] : await leaf([label]);
      if (images.length !== group.groupRows) throw new Error(`${images.length} images in ${group.groupRows} rows`);
      rows = images.map((bytes, row) => {
        if (!(bytes instanceof Uint8Array)) throw new Error(`row ${first + row} has no bytes of an image`);
        const begin = begins.get(bytes.buffer);
        return { bytes, offset: begin === undefined ? undefined : begin + bytes.byteOffset, label: labelOf(labels[row]) };
      });
    } catch (cause) {
      throw dataCorrupt(path, `row group ${number}`, (cause as Error).message, EXPECTED, cause);
    }
    yield rows;
    first += rows.length;
  }
}

async function planOf(path: string, options: Parameters<typeof parquetPlan>[0]): Promise<ReturnType<typeof parquetPlan>> {
  const { parquetPlan } = await import('hyparquet/src/plan.js');
  try {
    return parquetPlan(options);
  } catch (cause) {
    throw dataCorrupt(path, 'its footer', (cause as Error).message, EXPECTED, cause);
  }
}

/** Values of a column within structs come in an array for each struct around them. */
const unwrapped = (value: unknown): unknown => (Array.isArray(value) ? unwrapped(value[0]) : value);

/** Numbers below 0 and nulls are no label. */
function labelOf(value: unknown): number | string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  const label = typeof value === 'bigint' ? Number(value) : value;
  return typeof label === 'number' && label >= 0 ? label : undefined;
}
