import type { EmbeddingTable } from '@mochi/contract';
import { checkTable, className, labelOf } from '../check-table.js';
import { embeddingTableInvalid, exportFailed } from '../errors.js';
import { lancedbConfig, type LancedbConfig } from './config.js';
import { loadLanceDb, type Connection } from './load-lancedb.js';

/**
 * Writes a table into a LanceDB database: `vector` (list of dim float32), `name`, `id`, `label` (-1: none), `class` ('' : none). A table of the
 * name is replaced in one commit of LanceDB's first batch; the rest is added.
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
  if (table.rows === 0) throw embeddingTableInvalid('it has no rows, and LanceDB learns its columns from them');
  const { connect } = await loadLanceDb();
  try {
    const database = await connect(path);
    await fill(database, table, options);
    database.close();
  } catch (cause) {
    throw exportFailed(path, cause);
  }
}

async function fill(database: Connection, table: EmbeddingTable, { table: name, batchRows }: LancedbConfig): Promise<void> {
  const made = await database.createTable(name, rowsOf(table, 0, batchRows), { mode: 'overwrite' });
  for (let from = batchRows; from < table.rows; from += batchRows) await made.add(rowsOf(table, from, from + batchRows));
  made.close();
}

/** Every row has every column: LanceDB learns their types from the first rows. */
function rowsOf(table: EmbeddingTable, from: number, to: number): object[] {
  const { rows, dim, features, names, ids } = table;
  return Array.from({ length: Math.min(to, rows) - from }, (_, at) => ({
    vector: Array.from(features.subarray((from + at) * dim, (from + at + 1) * dim)),
    name: names[from + at]!,
    id: ids[from + at]!,
    label: labelOf(table, from + at) ?? -1,
    class: className(table, from + at) ?? '',
  }));
}
