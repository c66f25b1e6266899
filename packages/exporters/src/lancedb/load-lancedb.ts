import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lanceDbMissing } from '../errors.js';

/** The part of @lancedb/lancedb 0.31 that is used. */
export interface LanceDb {
  connect(uri: string): Promise<Connection>;
}

export interface Connection {
  createTable(name: string, rows: readonly object[], options: { mode: 'overwrite' }): Promise<Table>;
  close(): void;
}

export interface Table {
  add(rows: readonly object[]): Promise<unknown>;
  close(): void;
}

const PACKAGE = '@lancedb/lancedb';

/** The package from the user's project, else from beside this one. @throws MOCHI_LANCEDB_MISSING */
export async function loadLanceDb(project = process.cwd()): Promise<LanceDb> {
  try {
    return (await import(pathToFileURL(find(project)).href)) as LanceDb;
  } catch (cause) {
    throw lanceDbMissing(cause);
  }
}

function find(project: string): string {
  try {
    return createRequire(join(project, 'package.json')).resolve(PACKAGE);
  } catch {
    return createRequire(import.meta.url).resolve(PACKAGE);
  }
}
