// Embeddings as npy, Parquet and LanceDB, for readers of other languages to find them as they were.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { npyHeader, writeLancedb, writeNpy, writeParquet } from '@mochi/exporters';
import { createRng } from '@mochi/tensorflow';

const [ROWS, DIM, SOUGHT] = [2000, 64, 1234];

/** Names with all that CSV and UTF-8 have to keep apart, labels that some rows lack, several row groups and batches. */
async function makeTable() {
  const features = await createRng(1, 'rows').normal([ROWS, DIM]).data();
  const ids = Int32Array.from({ length: ROWS }, (_, row) => ROWS - row);
  const labels = Int32Array.from(ids.keys(), (row) => (row % 7 === 0 ? -1 : row % 3));
  const names = Array.from(ids.keys(), (row) => (row % 5 === 0 ? `Straße/"早", ${row}.jpg` : `photo ${row}.jpg`));
  const run = { name: 'made', step: 1, epoch: 0, mochi: null, begun: null, initialWeights: null };
  const origin = { run, encoder: 'query', layer: 'backbone', split: 'train', normalised: false, preprocessing: null };
  return { rows: ROWS, dim: DIM, features, names, ids, labels, classes: ['cat', 'chien, "petit"', '犬'], origin };
}

/**
 * Writes one table in every format below a folder, and its truth for tables_peer.py beside them.
 *
 * @param project Folder with @lancedb/lancedb installed.
 * @returns How far the nearest to a row is from that row, found by LanceDB's own package for Node.js.
 */
export async function writeTables(folder, project) {
  const table = await makeTable();
  writeFileSync(join(folder, 'truth.f32'), Buffer.from(table.features.buffer, table.features.byteOffset, table.features.byteLength)); // prettier-ignore
  const labels = Array.from(table.labels, (label) => (label < 0 ? null : label));
  const { rows, dim, names, ids, classes } = table;
  writeFileSync(join(folder, 'truth.json'), JSON.stringify({ rows, dim, names, ids: [...ids], labels, classes }));
  await writeNpy(table, join(folder, 'table.npy'));
  await writeNpy(table, join(folder, 'csv.npy'), { sidecar: 'csv' });
  await writeParquet(table, join(folder, 'none.parquet'), { rowGroupRows: 300, compression: 'none' });
  await writeParquet(table, join(folder, 'snappy.parquet'), { rowGroupRows: 1024, compression: 'snappy' });
  process.chdir(project); // where the exporter looks for it first
  await writeLancedb(table, join(folder, 'lance'), { table: 'embeddings', batchRows: 512 });
  const { connect } = await import(pathToFileURL(createRequire(join(project, 'package.json')).resolve('@lancedb/lancedb')).href);
  const made = await (await connect(join(folder, 'lance'))).openTable('embeddings');
  const row = Array.from(table.features.subarray(SOUGHT * DIM, (SOUGHT + 1) * DIM));
  const [best] = await made.vectorSearch(row).limit(1).toArray();
  return (await made.countRows()) === ROWS && best.name === names[SOUGHT] ? best._distance : 1;
}

/** Writes float32 as .npy. */
export const writeArray = (path, shape, data) =>
  writeFileSync(path, Buffer.concat([npyHeader(shape), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
