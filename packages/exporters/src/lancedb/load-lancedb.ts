import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lanceDbMissing } from '../errors.js';

/** The part of @lancedb/lancedb 0.31 that is used, and of the Apache Arrow that it works with. */
export interface LanceDb {
  connect(uri: string): Promise<Connection>;
  readonly arrow: Arrow;
}

export interface Connection {
  createTable(name: string, rows: readonly object[], options: { mode: 'overwrite'; schema: object }): Promise<Table>;
  close(): void;
}

export interface Table {
  add(rows: readonly object[]): Promise<unknown>;
  close(): void;
}

export interface Arrow {
  readonly Schema: new (fields: readonly object[], metadata: ReadonlyMap<string, string>) => object;
  readonly Field: new (name: string, type: object, nullable: boolean) => object;
  readonly FixedSizeList: new (size: number, child: object) => object;
  readonly Float32: new () => object;
  readonly Int32: new () => object;
  readonly Utf8: new () => object;
}

const PACKAGE = '@lancedb/lancedb';

/** The package's entry in the user's project, else beside this one. @throws MOCHI_LANCEDB_MISSING */
export function findLanceDb(project = process.cwd()): string {
  try {
    return createRequire(join(project, 'package.json')).resolve(PACKAGE);
  } catch {
    try {
      return createRequire(import.meta.url).resolve(PACKAGE);
    } catch (cause) {
      throw lanceDbMissing(cause);
    }
  }
}

/** The package and the Arrow that it uses. @throws MOCHI_LANCEDB_MISSING */
export async function loadLanceDb(): Promise<LanceDb> {
  const path = findLanceDb();
  const load = (file: string): Promise<unknown> => import(pathToFileURL(file).href);
  try {
    const { connect } = (await load(path)) as Pick<LanceDb, 'connect'>;
    return { connect, arrow: (await load(createRequire(path).resolve('apache-arrow'))) as Arrow };
  } catch (cause) {
    throw lanceDbMissing(cause);
  }
}
