import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPORTER, type EmbeddingTable, type EmbeddingWriter, type Host } from '@mochi/contract';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, expect, test } from 'vitest';
import {
  lancedbPlugin,
  npyPlugin,
  npyConfig,
  npyHeader,
  parquetPlugin,
  parquetConfig,
  sidecarCsv,
  writeLancedb,
  writeNpy,
  writeParquet,
} from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-exporters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ORIGIN: EmbeddingTable['origin'] = {
  run: { name: 'photos', step: 6, epoch: 0, mochi: '1.2.3', begun: null, initialWeights: null },
  ...{ encoder: 'key', layer: 'head', split: 'test', normalised: true, preprocessing: null },
};

const table = (rows: number, dim: number): EmbeddingTable => ({
  rows,
  dim,
  features: Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at * 1.7) * 10 ** ((at % 7) - 3)),
  ids: Int32Array.from({ length: rows }, (_, row) => row * 3 + 1),
  labels: Int32Array.from({ length: rows }, (_, row) => (row % 4) - 1), // -1: unlabelled
  classes: ['猫', 'dog, "big"', 'fish'],
  origin: ORIGIN,
  names: Array.from({ length: rows }, (_, row) => (row === 0 ? 'a, "quoted"\nname' : `photos/${row}.jpg`)),
});

/** A reader written from the format's description, apart from the writer. */
function readNpy(path: string): { descr: string; shape: number[]; values: Float32Array } {
  const bytes = readFileSync(path);
  expect([...bytes.subarray(0, 8)]).toEqual([0x93, ...Buffer.from('NUMPY'), 1, 0]);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.subarray(10, start).toString('latin1');
  expect(start % 64).toBe(0);
  expect(header.endsWith('\n')).toBe(true);
  expect(header).toContain("'fortran_order': False");
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)![1]!
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  return {
    descr: /'descr': '([^']+)'/.exec(header)![1]!,
    shape,
    values: new Float32Array(new Uint8Array(bytes.subarray(start)).buffer),
  };
}

test.each([
  { name: 'several rows', rows: 9, dim: 5 },
  { name: 'one row', rows: 1, dim: 1 },
  { name: 'no rows', rows: 0, dim: 4 },
])('npy: $name come back bit for bit, with the sidecar', async ({ rows, dim }) => {
  const path = join(folder, 'made', `npy-${rows}.npy`);
  const given = table(rows, dim);
  await writeNpy(given, path);
  expect(readNpy(path)).toEqual({ descr: '<f4', shape: [rows, dim], values: given.features });
  const sidecar = JSON.parse(readFileSync(join(folder, 'made', `npy-${rows}.json`), 'utf8')) as Record<string, unknown>;
  expect(sidecar).toEqual({
    ...{ rows, dim, dtype: 'float32', origin: ORIGIN, names: given.names, ids: [...given.ids], classes: given.classes },
    labels: [...given.labels!].map((label) => (label < 0 ? null : label)),
  });
});

test('npy: a view into a larger buffer writes its own numbers alone', async () => {
  const given = { ...table(2, 3), features: new Float32Array([9, 9, 1, 2, 3, 4, 5, 6, 9]).subarray(2, 8) };
  await writeNpy(given, join(folder, 'view.npy'), { sidecar: 'none' });
  expect([...readNpy(join(folder, 'view.npy')).values]).toEqual([1, 2, 3, 4, 5, 6]);
});

test('npy: the header of a vector has the comma that Python asks for', () => {
  expect(Buffer.from(npyHeader([7])).toString('latin1')).toContain("'shape': (7,)");
});

test('npy: the CSV sidecar quotes what needs it', () => {
  expect(sidecarCsv(table(4, 1)).split('\r\n')).toEqual([
    'name,id,label,class',
    '"a, ""quoted""\nname",1,,',
    'photos/1.jpg,4,0,猫',
    'photos/2.jpg,7,1,"dog, ""big"""',
    'photos/3.jpg,10,2,fish',
    '',
  ]);
});

const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
test.skipIf(!hasNumpy)('npy: numpy reads it (skipped where python3 has no numpy)', async () => {
  const given = table(6, 4);
  await writeNpy(given, join(folder, 'numpy.npy'));
  const script = 'import numpy, sys; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape); print(a.tobytes().hex())';
  const { stdout } = spawnSync('python3', ['-c', script, join(folder, 'numpy.npy')], { encoding: 'utf8' });
  expect(stdout).toBe(`float32 (6, 4)\n${Buffer.from(given.features.buffer).toString('hex')}\n`);
});

const readParquet = async (path: string) => {
  const file = await asyncBufferFromFile(path);
  return { rows: await parquetReadObjects({ file }), metadata: await parquetMetadataAsync(file) };
};

test.each([
  { name: 'several row groups', rows: 11, options: { rowGroupRows: 4 }, groups: 3 },
  { name: 'one row group, snappy', rows: 11, options: { compression: 'snappy' as const }, groups: 1 },
  { name: 'no rows', rows: 0, options: {}, groups: 0 },
])('parquet: $name come back whole', async ({ rows, options, groups, name }) => {
  const path = join(folder, `${name}.parquet`);
  const given = table(rows, 3);
  await writeParquet(given, path, parquetConfig.parse(options));
  const back = await readParquet(path);
  expect(back.metadata.row_groups).toHaveLength(groups);
  expect(back.metadata.key_value_metadata).toContainEqual({ key: 'mochi.classes', value: JSON.stringify(given.classes) });
  expect(back.metadata.key_value_metadata).toContainEqual({ key: 'mochi.origin', value: JSON.stringify(ORIGIN) });
  expect(back.rows).toEqual(
    Array.from({ length: rows }, (_, row) => ({
      name: given.names[row],
      id: given.ids[row],
      label: given.labels![row]! < 0 ? null : given.labels![row],
      class: given.classes![given.labels![row]!] ?? null,
      embedding: [...given.features.subarray(row * 3, row * 3 + 3)],
    })),
  );
});

test('parquet: without labels both columns are null', async () => {
  const { labels: _labels, classes: _classes, ...rest } = table(3, 2);
  await writeParquet(rest, join(folder, 'unlabelled.parquet'));
  const { rows } = await readParquet(join(folder, 'unlabelled.parquet'));
  expect(rows.map((row): unknown[] => [row['label'], row['class']])).toEqual([
    [null, null],
    [null, null],
    [null, null],
  ]);
});

test.each([
  { name: 'features', broken: { features: new Float32Array(5) }, says: 'features has 5 entries' },
  { name: 'names', broken: { names: ['one'] }, says: 'names has 1 entries' },
  { name: 'labels', broken: { labels: new Int32Array(9) }, says: 'labels has 9 entries' },
  { name: 'dim', broken: { dim: 0 }, says: 'dim is 0' },
])('a table whose $name do not fit is refused', async ({ broken, says }) => {
  const wrong = { ...table(3, 2), ...broken };
  for (const write of [writeNpy, writeParquet])
    await expect(write(wrong, join(folder, 'never'))).rejects.toMatchObject({
      code: 'MOCHI_EMBEDDING_TABLE_INVALID',
      message: expect.stringContaining(says),
    });
});

test('lancedb: a number that is not finite is named before anything is written; without the package the error says what to install', async () => {
  const given = table(3, 2);
  given.features[3] = Number.NaN;
  await expect(writeLancedb(given, join(folder, 'lance'))).rejects.toMatchObject({
    code: 'MOCHI_EMBEDDING_TABLE_INVALID',
    message: expect.stringContaining('row 1 (photos/1.jpg) has the number NaN'),
  });
  await expect(writeLancedb(table(3, 2), join(folder, 'lance'))).rejects.toMatchObject({
    code: 'MOCHI_LANCEDB_MISSING',
    message: expect.stringContaining('npm install @lancedb/lancedb@'),
  });
  expect(readdirSync(folder)).not.toContain('lance');
  let make: (() => EmbeddingWriter) | undefined;
  const host = { provide: (_: unknown, given: () => EmbeddingWriter) => (make = given) } as unknown as Host;
  await lancedbPlugin.setup(host, { table: 'a', batchRows: 1 });
  expect(make).toThrow(expect.objectContaining({ code: 'MOCHI_LANCEDB_MISSING' }) as Error); // before anything is embedded
});

test('a path that cannot be written is an error that leaves nothing behind and what was there untouched', async () => {
  const blocked = join(folder, 'blocked');
  mkdirSync(join(blocked, 'taken.npy'), { recursive: true }); // a folder where the file should go: the rename fails
  writeFileSync(join(blocked, 'taken.npy', 'kept'), 'kept');
  await expect(writeNpy(table(2, 2), join(blocked, 'taken.npy'), { sidecar: 'none' })).rejects.toMatchObject({
    code: 'MOCHI_EXPORT_FAILED',
  });
  expect(readdirSync(blocked)).toEqual(['taken.npy']);
  expect(readFileSync(join(blocked, 'taken.npy', 'kept'), 'utf8')).toBe('kept');
});

test('the plugins provide writers with their options', async () => {
  const made: EmbeddingWriter[] = [];
  const host = {
    provide: (token: unknown, make: () => EmbeddingWriter) => token === EXPORTER && made.push(make()),
  } as unknown as Host;
  await npyPlugin.setup(host, npyConfig.parse({ sidecar: 'csv' }));
  await parquetPlugin.setup(host, parquetConfig.parse({}));
  expect(made.map((writer) => writer.format)).toEqual(['npy', 'parquet']);
  for (const writer of made) await writer.write(table(2, 2), join(folder, 'plugins', `out.${writer.format}`));
  expect(readdirSync(join(folder, 'plugins')).sort()).toEqual(['out.csv', 'out.npy', 'out.parquet']);
  expect(() => npyConfig.parse({ sidcar: 'csv' })).toThrow(/sidcar/);
});
