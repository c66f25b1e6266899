import type { EmbeddingTable } from '@mochi/contract';
import { checkTable, className, labelOf } from '../check-table.js';
import { embeddingTableInvalid, exportFailed } from '../errors.js';
import { lancedbConfig, type LancedbConfig } from './config.js';
import { loadLanceDb, type Arrow, type Connection } from './load-lancedb.js';

/**
 * Writes a table into a LanceDB database: `vector` (dim float32), `name`, `id` (int32), `label` (int32, null where there is none), `class` (text or
 * null); where it comes from stands in the schema's metadata, `mochi.origin`. A table of the name is replaced in one commit of LanceDB's, by the first batch; the rest is added.
 *
 * @param path Folder of the database, made where missing.
 * @throws MOCHI_LANCEDB_MISSING, MOCHI_EMBEDDING_TABLE_INVALID, MOCHI_EXPORT_FAILED
 */
export async function writeLancedb(
  table: EmbeddingTable,
  path: string,
  options: LancedbConfig = lancedbConfig.parse({}),
): Promise<void> {
  checkTable(table);
  requireFinite(table);
  const { connect, arrow } = await loadLanceDb();
  try {
    const database = await connect(path);
    try {
      await fill(database, table, schemaOf(arrow, table), options);
    } finally {
      database.close();
    }
  } catch (cause) {
    throw exportFailed(path, cause);
  }
}

/** LanceDB takes no NaN, and would say so in the middle of the table. */
function requireFinite({ features, dim, names }: EmbeddingTable): void {
  const at = features.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const row = Math.floor(at / dim);
  throw embeddingTableInvalid(`row ${row} (${names[row]}) has the number ${features[at]}, and LanceDB takes finite ones alone`);
}

/** Stated: LanceDB would take every number for a float64, and learn nothing from a column of nulls. */
function schemaOf({ Schema, Field, FixedSizeList, Float32, Int32, Utf8 }: Arrow, { dim, origin }: EmbeddingTable): object {
  const fields = [
    new Field('vector', new FixedSizeList(dim, new Field('item', new Float32(), true)), false),
    new Field('name', new Utf8(), false),
    new Field('id', new Int32(), false),
    new Field('label', new Int32(), true),
    new Field('class', new Utf8(), true),
  ];
  return new Schema(fields, new Map(origin ? [['mochi.origin', JSON.stringify(origin)]] : []));
}

async function fill(
  database: Connection,
  table: EmbeddingTable,
  schema: object,
  { table: name, batchRows }: LancedbConfig,
): Promise<void> {
  const made = await database.createTable(name, rowsOf(table, 0, batchRows), { mode: 'overwrite', schema });
  try {
    for (let from = batchRows; from < table.rows; from += batchRows) await made.add(rowsOf(table, from, from + batchRows));
  } finally {
    made.close();
  }
}

function rowsOf(table: EmbeddingTable, from: number, to: number): object[] {
  const { rows, dim, features, names, ids } = table;
  return Array.from({ length: Math.min(to, rows) - from }, (_, at) => ({
    vector: Array.from(features.subarray((from + at) * dim, (from + at + 1) * dim)),
    name: names[from + at]!,
    id: ids[from + at]!,
    label: labelOf(table, from + at),
    class: className(table, from + at),
  }));
}
