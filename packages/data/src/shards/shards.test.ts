import type { Dataset, SplitSource } from '@mochi/contract';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { codeOf } from '../../test/code-of.js';
import { golden, writeTree } from '../../test/files.js';
import { parquetConfig } from '../parquet/config.js';
import { openParquet } from '../parquet/parquet.js';
import { tfrecordConfig } from '../tfrecord/config.js';
import { openTfrecord } from '../tfrecord/tfrecord.js';
import { webdatasetConfig } from '../webdataset/config.js';
import { openWebdataset } from '../webdataset/webdataset.js';
import { crc32c, maskedCrc32c } from './crc32c.js';
import { expandBraces, shardFiles } from './shard-files.js';
import { IndexBuilder } from './shard-index.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-shards-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const want = JSON.parse(readFileSync(golden('shards.json'), 'utf8')) as { labels: number[]; classes: string[]; sha256: string[] };

let folders = 0;
const cache = (): string => join(scratch, `cache-${folders++}`);
const web = (path: unknown, more: object = {}): Dataset =>
  openWebdataset(webdatasetConfig.parse({ path, cache: cache(), ...more }));
const records = (path: unknown, more: object = {}): Dataset =>
  openTfrecord(tfrecordConfig.parse({ path, cache: cache(), ...more }));
const hub = (path: unknown, more: object = {}): Dataset => openParquet(parquetConfig.parse({ path, cache: cache(), ...more }));
const WEB = golden('wds-{000000..000002}.tar');

/** The bytes that the ranges of a split hold, as sums. */
function sums({ images }: SplitSource): string[] {
  if (images.kind !== 'ranges') throw new Error('not ranges');
  const { files, file, offset, length } = images;
  const contents = files.map((path) => readFileSync(path));
  return Array.from(file, (shard, at) =>
    createHash('sha256')
      .update(contents[shard]!.subarray(offset[at], offset[at]! + length[at]!))
      .digest('hex'),
  );
}
const labelled = (source: SplitSource): (string | undefined)[] => Array.from(source.labels!, (label) => source.classes![label]);
const names = want.labels.map((label) => want.classes[label]);

test('WebDataset: images of samples in tars of every form, byte for byte; samples without an image are left out', async () => {
  const train = await web(WEB).split('train');
  expect([sums(train), [...train.labels!]]).toEqual([want.sha256, want.labels]);
  expect(train.describe(1)).toBe('wds-000000.tar/train/000001.JPG');
  expect(train.describe(2)).toMatch(/^wds-000001\.tar\/train\/(deep\/){30}ünder-way\.JPG$/);
  expect(train.describe(3)).toMatch(/^wds-000002\.tar\/train\/(deep\/){30}ünder\+way\.JPG$/);
});

test.each([
  { label: 'json:name', labels: [2, 0, 1, 1, 0], classes: ['bird', 'cat', 'dog'] },
  { label: 'json:id', labels: [0, 1, 2, 3, 4], classes: ['class 0', 'class 1', 'class 2', 'class 3', 'class 4'] },
  { label: null, labels: undefined, classes: undefined },
])('WebDataset: labels of $label', async ({ label, labels, classes }) => {
  const train = await web(WEB, { label }).split('train');
  expect([train.labels && [...train.labels], train.classes]).toEqual([labels, classes]);
});

test('WebDataset: of several images of a sample, the one asked for', async () => {
  const train = await web(WEB, { image: 'seg.png' }).split('train');
  expect([train.length, train.describe(0)]).toEqual([1, 'wds-000000.tar/train/000001.seg.png']);
});

test('class names mean the same label in every split', async () => {
  const data = web(
    { train: golden('wds-000000.tar'), test: [golden('wds-000001.tar'), golden('wds-00000[2].tar')] },
    { label: 'json:name' },
  );
  const [train, held] = [await data.split('train'), await data.split('test')];
  expect([labelled(train), labelled(held), train.classes]).toEqual([names.slice(0, 2), names.slice(2), want.classes]);
});

test('TFRecord: images of tf.Examples, byte for byte; labels that begin at 1', async () => {
  const train = await records(golden('examples.tfrecord'), { firstLabel: 1 }).split('train');
  expect([sums(train), [...train.labels!], train.describe(4)]).toEqual([want.sha256, want.labels, 'examples.tfrecord/4']);
  const texts = await records(golden('examples.tfrecord'), { label: 'image/class/text' }).split('train');
  expect(labelled(texts)).toEqual(names);
});

test.each(['none', 'snappy', 'zstd', 'gzip'])('Parquet as image hubs write it, compressed by %s', async (codec) => {
  const folder = cache();
  const path = golden(`hub-${codec}.parquet`);
  const train = await hub(path, { cache: folder }).split('train');
  expect([sums(train), [...train.labels!], train.classes]).toEqual([want.sha256, want.labels, want.classes]);
  if (train.images.kind !== 'ranges') throw new Error('not ranges');
  // Images that are not compressed are read where they are; the others are unpacked once.
  expect(train.images.files.length).toBe(codec === 'none' ? 1 : 2);
  expect(readdirSync(folder).map((name) => name.replace(/^\w+/, '')).sort()).toEqual(codec === 'none' ? ['.index'] : ['.images', '.index']); // prettier-ignore
});

test('Parquet: a column of plain bytes, labels by name, several files, a part of them held out', async () => {
  const plain = await hub(golden('plain-bytes.parquet'), { image: 'picture', label: 'name' }).split('train');
  expect([sums(plain), labelled(plain)]).toEqual([want.sha256, names]);
  const data = hub([golden('hub-none.parquet'), golden('hub-zstd.parquet')], { holdout: 0.4 });
  const [train, held] = [await data.split('train'), await data.split('test')];
  expect(train.length + held.length).toBe(10);
  expect([...sums(train), ...sums(held)].sort()).toEqual([...want.sha256, ...want.sha256].sort());
  await expect(hub(golden('hub-none.parquet'), { image: 'name2' }).split('train')).rejects.toThrow(/no column of images "name2", only id, image, label, name/); // prettier-ignore
});

test('what was found is kept, and found anew when a shard changes or the file of it is broken', async () => {
  const folder = cache();
  const shard = join(scratch, 'changing.tar');
  writeFileSync(shard, readFileSync(golden('wds-000000.tar')));
  const length = async (): Promise<number> => (await web(shard, { cache: folder }).split('train')).length;
  expect([await length(), await length()]).toEqual([2, 2]);
  const kept = readdirSync(folder);
  expect(kept).toHaveLength(1);
  const whole = readFileSync(join(folder, kept[0]!));
  writeFileSync(join(folder, kept[0]!), whole.subarray(0, whole.length - 9));
  expect([await length(), readFileSync(join(folder, kept[0]!)).equals(whole)]).toEqual([2, true]);
  writeFileSync(shard, Buffer.concat([readFileSync(golden('wds-000000.tar')).subarray(0, -10240), readFileSync(golden('wds-000002.tar'))])); // prettier-ignore
  expect(await length()).toBeGreaterThanOrEqual(2);
  expect(readdirSync(folder)).toHaveLength(2);
});

const cut = (name: string, keep: (bytes: Buffer) => Uint8Array): string => {
  const path = join(scratch, `cut-${folders++}-${name}`);
  writeFileSync(path, keep(readFileSync(golden(name))));
  return path;
};
const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
};

test.each([
  { name: 'a tar cut in an image', open: web, file: () => cut('wds-000000.tar', (b) => b.subarray(0, 2400)), why: /cut-\d+-wds-000000\.tar, byte 1536: it is cut short: "train\/000000\.JPG" needs/ }, // prettier-ignore
  { name: 'a tar cut between entries', open: web, file: () => cut('wds-000000.tar', (b) => b.subarray(0, 1536)), why: /byte 1536: it is cut short: two empty blocks/ }, // prettier-ignore
  {
    name: 'a tar with a changed header',
    open: web,
    file: () => cut('wds-000000.tar', (b) => flipped(b, 600)),
    why: /byte 512: it has no header/,
  },
  {
    name: 'a tar that is none',
    open: web,
    file: () => golden('hub-none.parquet'),
    why: /byte 0: it has no header of a tar entry/,
  },
  { name: 'a record cut short', open: records, file: () => cut('examples.tfrecord', (b) => b.subarray(0, b.length - 100)), why: /examples\.tfrecord, byte \d{4}: the record is cut short: it ends at byte/ }, // prettier-ignore
  { name: 'a record cut in its length', open: records, file: () => cut('examples.tfrecord', (b) => b.subarray(0, 5)), why: /byte 0: the record is cut short/ }, // prettier-ignore
  { name: 'a record with a changed image', open: records, file: () => cut('examples.tfrecord', (b) => flipped(b, 300)), why: /byte 0: the sum of its data is wrong/ }, // prettier-ignore
  { name: 'a record with a changed length', open: records, file: () => cut('examples.tfrecord', (b) => flipped(b, 1)), why: /byte 0: the sum of its length is wrong/ }, // prettier-ignore
  { name: 'Parquet without its end', open: hub, file: () => cut('hub-snappy.parquet', (b) => b.subarray(0, 900)), why: /hub-snappy\.parquet, its footer: / }, // prettier-ignore
  { name: 'Parquet with a hole', open: hub, file: () => cut('hub-snappy.parquet', (b) => Buffer.concat([b.subarray(0, 4), Buffer.alloc(1500, 7), b.subarray(1504)])), why: /row group 0: / }, // prettier-ignore
  {
    name: 'a shard that is missing',
    open: web,
    file: () => golden('wds-{000000..000003}.tar'),
    why: /wds-000003\.tar not found/,
  },
  { name: 'a pattern that matches nothing', open: hub, file: () => join(scratch, '*.nothing'), why: /\*\.nothing not found[^]*MOCHI_DATA_MISSING/ }, // prettier-ignore
  {
    name: 'no image',
    open: (path: unknown) => web(path, { image: 'webp' }),
    file: () => WEB,
    why: /3 shards: no image was found/,
  },
  { name: 'a label that is none', open: (path: unknown) => web(path, { label: 'json:colour' }), file: () => WEB, why: /wds-000000\.tar, the entry train\/000000\.json: it has no "colour"/ }, // prettier-ignore
  { name: 'an example without an image', open: (path: unknown) => records(path, { image: 'picture' }), file: () => golden('examples.tfrecord'), why: /record at byte 12: it has no picture, only [^]*image\/encoded/ }, // prettier-ignore
])('$name is named, with the place', async ({ open, file, why }) => {
  await expect(open(file()).split('train')).rejects.toThrow(why);
});

test('a holdout beside named splits is refused; compressed shards say what to do', async () => {
  expect(await codeOf(() => web({ train: WEB }, { holdout: 0.1 }))).toBe('MOCHI_SPLIT_CLASH');
  const zipped = writeTree(scratch, { 'z.tar': Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(600)]) });
  await expect(web(join(zipped, 'z.tar')).split('train')).rejects.toThrow(/it is compressed; unpack it with gunzip/);
});

test('a number that is none of a class is refused, not allotted memory for', () => {
  const index = new IndexBuilder(['a.tar']);
  expect(() => index.add({ shard: 0, offset: 0, length: 1, name: 'x.jpg', label: 3e9 })).toThrow(
    /a\.tar, x\.jpg: its class number is 3000000000/,
  );
});

test('braces and patterns', async () => {
  expect(expandBraces('a-{08..11}.{tar,tgz}')).toEqual(['08', '09', '10', '11'].flatMap((n) => [`a-${n}.tar`, `a-${n}.tgz`]));
  expect([expandBraces('{9..10}'), expandBraces('plain')]).toEqual([['9', '10'], ['plain']]); // prettier-ignore
  const origin = { title: 'x', layout: 'y', from: 'z' };
  const files = await shardFiles(origin, [golden('wds-*.tar'), golden('wds-000001.tar')]);
  expect(files).toEqual([0, 1, 2].map((n) => golden(`wds-00000${n}.tar`)));
});

test('CRC-32C by the values of RFC 3720, and masked as TFRecords have it', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(maskedCrc32c(Buffer.from('123456789'))).toBe((((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8) >>> 0);
});
