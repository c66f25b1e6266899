import type { Dataset, ImageStore, SplitSource } from '@mochi/contract';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { codeOf } from '../../test/code-of.js';
import { datasetPlugin } from './dataset-plugin.js';
import { selectSamples, withCommonOptions } from './with-common-options.js';

const COUNT = 40;
/** Classes of 30 and 10 samples. */
const labels = Int32Array.from({ length: COUNT }, (_, at) => (at % 4 === 3 ? 1 : 0));

const splitOf = (name: string, images: ImageStore): SplitSource => ({
  name,
  length: COUNT,
  images,
  labels,
  classes: ['many', 'few'],
  annotations: { classes: ['thing'], of: async (index) => ({ objects: [{ label: 0, box: [index, 0, 1, 1] }] }) },
  describe: (index) => `${name}/${index}.png`,
});
const paths = Array.from({ length: COUNT }, (_, at) => `/p/${at}`);
const dataset: Dataset = {
  name: 'some',
  version: '2',
  splits: ['train', 'test'],
  split: async (name) => splitOf(name, { kind: 'files', paths }),
};
const ids = (source: SplitSource): number[] =>
  Array.from({ length: source.length }, (_, at) => Number(/\d+/.exec(source.describe(at))![0]));
const shared = { fractionSeed: 0, inMemoryMiB: 0 };

test('limit keeps the first images, of every split or of the one that is named', async () => {
  const every = withCommonOptions(dataset, { ...shared, limit: 3 });
  expect([every.version, ids(await every.split('train')), ids(await every.split('test'))]).toEqual(['2', [0, 1, 2], [0, 1, 2]]);
  const one = withCommonOptions(dataset, { ...shared, limit: { train: 5 } });
  expect([(await one.split('train')).length, (await one.split('test')).length]).toEqual([5, COUNT]);
  expect((await withCommonOptions(dataset, { ...shared, limit: 99 }).split('train')).length).toBe(COUNT);
});

test('a fraction keeps its share of every class, and the larger one what the smaller one keeps', async () => {
  const keep = async (fraction: number, fractionSeed = 0): Promise<number[]> =>
    ids(await withCommonOptions(dataset, { ...shared, fraction, fractionSeed }).split('train'));
  const [tenth, half] = [await keep(0.1), await keep(0.5)];
  expect(tenth.map((id) => labels[id]).sort()).toEqual([0, 0, 0, 1]);
  expect(half.map((id) => labels[id]).filter((label) => label === 1)).toHaveLength(5);
  expect(tenth.every((id) => half.includes(id))).toBe(true);
  expect(half).toEqual([...half].sort((a, b) => a - b));
  expect(await keep(0.5, 1)).not.toEqual(half);
  expect(await keep(0.001)).toHaveLength(2); // one of each class
});

test('a fraction comes before the limit', async () => {
  const half = ids(await withCommonOptions(dataset, { ...shared, fraction: 0.5 }).split('train'));
  const both = withCommonOptions(dataset, { ...shared, fraction: 0.5, limit: 6 });
  expect(ids(await both.split('train'))).toEqual(half.slice(0, 6));
  expect(await both.split('train')).toBe(await both.split('train'));
});

test('labels, names, annotations and images of every kind of store go together', async () => {
  const indices = Int32Array.of(7, 0, 39);
  const bytes = (id: number): Uint8Array => Uint8Array.of(id);
  const numbers = Array.from({ length: COUNT }, (_, at) => at);
  const pixels = Uint8Array.from(numbers.flatMap((id) => [id, id, id]));
  const ranges = { file: Int32Array.from(numbers), offset: Float64Array.from(numbers), length: Float64Array.from(numbers) };
  const picked = (images: ImageStore) => selectSamples(splitOf('train', images), indices).images;
  expect(picked({ kind: 'files', paths })).toEqual({ kind: 'files', paths: ['/p/7', '/p/0', '/p/39'] });
  expect(picked({ kind: 'encoded', files: numbers.map(bytes) })).toEqual({ kind: 'encoded', files: [7, 0, 39].map(bytes) });
  expect(picked({ kind: 'pixels', pixels, height: 1, width: 1 })).toMatchObject({
    pixels: Uint8Array.of(7, 7, 7, 0, 0, 0, 39, 39, 39),
  });
  const some = Float64Array.of(7, 0, 39);
  expect(picked({ kind: 'ranges', files: ['x'], ...ranges })).toEqual({
    kind: 'ranges',
    files: ['x'],
    file: indices,
    offset: some,
    length: some,
  });
  const source = selectSamples(splitOf('train', { kind: 'files', paths }), indices);
  expect([[...source.labels!], ids(source)]).toEqual([
    [1, 0, 1],
    [7, 0, 39],
  ]);
  expect((await source.annotations!.of(2)).objects[0]!.box[0]).toBe(39);
});

test('a small split is read into memory, a larger one stays; what cannot be read is empty', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mochi-memory-'));
  const contents = Array.from({ length: COUNT }, (_, at) => Uint8Array.of(at, 1, 2));
  const files = contents.map((bytes, at) => {
    if (at !== 5) writeFileSync(join(root, `${at}`), bytes);
    return join(root, `${at}`);
  });
  const shard = join(root, 'shard');
  writeFileSync(shard, Buffer.concat(contents));
  const each = (value: (at: number) => number) => Float64Array.from({ length: COUNT }, (_, at) => value(at));
  const ranges: ImageStore = { kind: 'ranges', files: [shard], file: new Int32Array(COUNT), offset: each((at) => 3 * at), length: each(() => 3) }; // prettier-ignore
  const from = async (images: ImageStore, inMemoryMiB: number): Promise<ImageStore> =>
    (await withCommonOptions({ ...dataset, split: async (name) => splitOf(name, images) }, { ...shared, inMemoryMiB }).split('train')).images; // prettier-ignore
  const loaded = await from({ kind: 'files', paths: files }, 1);
  expect(loaded.kind === 'encoded' && loaded.files.map((file) => [...file])).toEqual(contents.map((file, at) => (at === 5 ? [] : [...file]))); // prettier-ignore
  const ranged = await from(ranges, 1);
  expect(ranged.kind === 'encoded' && ranged.files).toEqual(contents);
  expect((await from({ kind: 'files', paths: files }, 1e-5)).kind).toBe('files');
  rmSync(root, { recursive: true });
});

test('a split that is not there is named', async () => {
  expect(await codeOf(() => withCommonOptions(dataset, { ...shared, limit: { trian: 3 } }))).toBe('MOCHI_UNKNOWN_SPLIT');
  expect(withCommonOptions(dataset, shared)).toBe(dataset);
});

test('an open that is async is not taken for a data set without fields', async () => {
  const plugin = datasetPlugin({ name: 'late', config: z.strictObject({}), open: (async () => dataset) as never });
  let made: unknown;
  await plugin.setup({ provide: (_: unknown, make: () => unknown) => void (made = make()) } as never, {});
  expect(made).toBeInstanceOf(Promise); // which the host refuses by name
});
