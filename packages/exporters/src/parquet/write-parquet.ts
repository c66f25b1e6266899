import { setImmediate as breathe } from 'node:timers/promises';
import type { EmbeddingTable } from '@mochi/contract';
import type { ColumnSource } from 'hyparquet-writer';
import { checkTable, className, labelOf } from '../check-table.js';
import { writeAside } from '../write-aside.js';
import { parquetConfig, type ParquetConfig } from './config.js';
import { embeddingSchema } from './parquet-schema.js';

/**
 * Writes a table as Parquet: name (string), id (int32), label (int32 or null), class (string or null), embedding (list of float32, all of
 * the same length). Row groups are encoded one after another, so that memory holds one of them.
 *
 * @throws MOCHI_EMBEDDING_TABLE_INVALID, MOCHI_EXPORT_FAILED
 */
export async function writeParquet(
  table: EmbeddingTable,
  path: string,
  options: ParquetConfig = parquetConfig.parse({}),
): Promise<void> {
  checkTable(table);
  const { fileWriter, ParquetWriter } = await import('hyparquet-writer'); // late: few runs need it
  await writeAside(path, async (aside) => {
    const writer = new ParquetWriter({
      writer: fileWriter(aside),
      schema: embeddingSchema(),
      codec: options.compression === 'snappy' ? 'SNAPPY' : 'UNCOMPRESSED',
      createdBy: 'mochi',
      kvMetadata: [
        { key: 'mochi.dim', value: String(table.dim) },
        ...(table.origin ? [{ key: 'mochi.origin', value: JSON.stringify(table.origin) }] : []),
        ...(table.classes ? [{ key: 'mochi.classes', value: JSON.stringify(table.classes) }] : []),
      ],
    });
    for (let from = 0; from < table.rows; from += options.rowGroupRows) {
      const to = Math.min(from + options.rowGroupRows, table.rows);
      await writer.write({ columnData: columnsOf(table, from, to), rowGroupSize: to - from });
      await breathe(); // encoding is synchronous: let a run's other work through between row groups
    }
    await writer.finish();
  });
}

/** Columns of the rows [from, to). The encoder of lists takes plain arrays alone. */
function columnsOf(table: EmbeddingTable, from: number, to: number): ColumnSource[] {
  const rows = Array.from({ length: to - from }, (_, at) => from + at);
  const embedding = rows.map((row) => Array.from(table.features.subarray(row * table.dim, (row + 1) * table.dim)));
  return [
    { name: 'name', data: table.names.slice(from, to) as string[] },
    { name: 'id', data: table.ids.slice(from, to) },
    { name: 'label', data: rows.map((row) => labelOf(table, row)) },
    { name: 'class', data: rows.map((row) => className(table, row)) },
    { name: 'embedding', data: embedding, encoding: 'PLAIN', statistics: false },
  ];
}
