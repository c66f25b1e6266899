import { PackedNames, type ImageStore } from '@mochi/contract';
import { liveHandles, startTensorFlow } from '@mochi/tensorflow';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readAll, type Read } from '../../test/input/batches.js';
import { augmentation, encode, imageFolder, pixelsOf, sourceOf } from '../../test/input/images.js';
import { epochOrder } from './epoch-order.js';
import { openEpoch } from './open-epoch.js';
import { openImages } from './image-reader.js';

await startTensorFlow();

const COUNT = 9;
const folder = imageFolder(COUNT, [epochOrder(COUNT, 7, 2)[1]!]);
const shards = mkdtempSync(join(tmpdir(), 'mochi-shards-'));
afterAll(() => [folder.root, shards].forEach((root) => rmSync(root, { recursive: true })));

const paths = [...(folder.source.images as { paths: Iterable<string> }).paths];
const epoch = (images: ImageStore): Promise<Read[]> =>
  readAll(openEpoch({ source: sourceOf(images, COUNT), augmentation, views: ['query'], batchSize: 2, seed: 7, epoch: 2 }));

/** The images of the folder within two files, at odd places, with other bytes before, between and after. */
function packed(): Extract<ImageStore, { kind: 'ranges' }> {
  const files = [join(shards, 'ä 0.tar'), join(shards, '1.tar')];
  const [file, offset, length] = [new Int32Array(COUNT), new Float64Array(COUNT), new Float64Array(COUNT)];
  const contents: number[][] = [[1], [2, 3, 4]];
  paths.forEach((path, id) => {
    const bytes = readFileSync(path);
    const shard = id % 2;
    [file[id], offset[id], length[id]] = [shard, contents[shard]!.length, bytes.length];
    contents[shard]!.push(...bytes, 9, 9, 9);
  });
  files.forEach((path, shard) => writeFileSync(path, Uint8Array.from(contents[shard]!)));
  return { kind: 'ranges', files, file, offset, length };
}

test('ranges of larger files and packed names give what files give, broken images too', async () => {
  const want = await epoch({ kind: 'files', paths });
  expect(want.flatMap(({ skipped }) => skipped)).toHaveLength(1);
  expect(await epoch(packed())).toEqual(want);
  const names = PackedNames.of(paths.map((path) => path.slice(folder.root.length)), folder.root); // prettier-ignore
  expect(await epoch({ kind: 'files', paths: names })).toEqual(want);
});

test('a shard cut short costs the images past its end, each with a reason; a shard that is gone is named at once', async () => {
  const images = packed();
  const { offset, length } = images;
  writeFileSync(images.files[1]!, readFileSync(images.files[1]!).subarray(0, offset[5]! + length[5]! - 1));
  const batches = await epoch(images);
  expect(batches.flatMap(({ ids }) => ids).filter((id) => id === 5 || id === 7)).toEqual([]);
  expect(batches.length).toBeGreaterThan(1);
  for (const { reason } of batches.flatMap(({ skipped }) => skipped)) expect(reason).toMatch(/Expected (begin|size)|PNG|JPEG/i);
  rmSync(images.files[1]!);
  expect(() => openImages(images)).toThrow(/1\.tar[^]*MOCHI_SHARD_UNREADABLE/);
});

test('an empty shard, and images beyond the reach of 32 bits in a sparse one', async () => {
  const image = encode(pixelsOf(1), 'png');
  const files = [join(shards, 'empty'), join(shards, 'large')];
  const start = 5 * 2 ** 30 + 3;
  writeFileSync(files[0]!, '');
  const { open } = await import('node:fs/promises');
  const large = await open(files[1]!, 'w');
  await large.write(image, 0, image.length, start); // a hole before it: no room is taken
  await large.close();
  const one = (kind: ImageStore) =>
    readAll(openEpoch({ source: sourceOf(kind, 1), augmentation, views: ['query'], batchSize: 1, seed: 7, epoch: 0 }));
  const range = { file: Int32Array.of(1), offset: Float64Array.of(start), length: Float64Array.of(image.length) };
  expect(await one({ kind: 'ranges', files, ...range })).toEqual(await one({ kind: 'encoded', files: [image] }));
});

test('nothing stays behind', async () => {
  await epoch(packed());
  const before = liveHandles();
  await epoch(packed());
  expect(liveHandles()).toEqual(before);
});
