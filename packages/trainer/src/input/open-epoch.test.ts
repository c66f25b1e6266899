import type { SplitSource } from '@mochi/contract';
import { liveHandles, startTensorFlow } from '@mochi/tensorflow';
import { rmSync, statSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { read, readAll, type Read } from '../../test/input/batches.js';
import { augmentation, encode, HEIGHT, imageFolder, pixelsOf, SIZE, sourceOf, WIDTH } from '../../test/input/images.js';
import { blockOrder, blockStarts } from './block-order.js';
import { openImages } from './image-reader.js';
import { openEpoch, type EpochOptions } from './open-epoch.js';
import { viewSpecs } from './view-groups.js';
import { ViewMaker } from './view-maker.js';
import { epochOrder, shardOf, stepsPerEpoch } from './epoch-order.js';

await startTensorFlow();

const COUNT = 23;
const BROKEN = [4, 9, 17];
const whole = imageFolder(COUNT);
const holed = imageFolder(COUNT, BROKEN);
afterAll(() => [whole, holed].forEach(({ root }) => rmSync(root, { recursive: true })));

const epoch = (source: SplitSource, options: Partial<EpochOptions> = {}): Promise<Read[]> =>
  readAll(openEpoch({ source, augmentation, views: ['query', 'key'], batchSize: 4, seed: 7, epoch: 2, ...options }));

/** Epochs of one maker, as those of a run are: it is compiled once. */
async function sharing(source: SplitSource, views: string[], run: (pass: typeof epoch) => Promise<void>): Promise<void> {
  const reader = openImages(source.images);
  const maker = new ViewMaker(reader, augmentation, viewSpecs(augmentation, views));
  await run((of, options) => epoch(of, { maker, views, ...options }));
  maker.dispose();
  reader.dispose();
}

test('the order is a permutation, the same for the same seed and epoch, another for others', () => {
  const order = epochOrder(100, 1, 0);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at));
  expect(epochOrder(100, 1, 0)).toEqual(order);
  expect(epochOrder(100, 1, 1)).not.toEqual(order);
  expect(epochOrder(100, 2, 0)).not.toEqual(order);
});

test('whole batches alone count as steps', () => {
  expect([stepsPerEpoch(10, 4), stepsPerEpoch(12, 4)]).toEqual([2, 3]);
  expect(() => stepsPerEpoch(3, 4)).toThrow('MOCHI_NO_BATCH');
});

test('an epoch is the order in whole batches, with views, ids, labels and positions', async () => {
  const batches = await epoch(whole.source, { labels: true });
  const order = epochOrder(COUNT, 7, 2);
  expect(batches.map(({ ids }) => ids)).toEqual([0, 1, 2, 3, 4].map((n) => [...order.slice(4 * n, 4 * n + 4)]));
  expect(batches.map(({ position }) => position)).toEqual([4, 8, 12, 16, 20]);
  for (const { ids, labels, shapes, skipped } of batches) {
    expect(labels).toEqual(ids.map((id) => id % 5));
    expect(shapes).toEqual({ query: [4, SIZE, SIZE, 3], key: [4, SIZE, SIZE, 3] });
    expect(skipped).toEqual([]);
  }
});

test('with a block shuffle, an epoch is the order of its blocks', async () => {
  if (whole.source.images.kind !== 'files') throw new Error('not files');
  const files = [...whole.source.images.paths];
  const images = {
    kind: 'ranges',
    files,
    file: Int32Array.from(files.keys()),
    offset: new Float64Array(COUNT),
    length: Float64Array.from(files, (path) => statSync(path).size),
  } as const;
  const batches = await epoch({ ...whole.source, images }, { shuffle: { blockMiB: 1, atOnce: 3 } });
  const order = blockOrder(blockStarts(images, COUNT, 1), 3, 7, 2);
  expect(batches.flatMap(({ ids }) => ids)).toEqual([...order.slice(0, 20)]);
  expect(order).not.toEqual(epochOrder(COUNT, 7, 2));
});

test('the two views of an image differ, and so do two epochs and two seeds', () =>
  sharing(whole.source, ['query', 'key'], async (pass) => {
    const [first] = await pass(whole.source, { batchSize: COUNT });
    expect(first!.views['query']).not.toBe(first!.views['key']);
    const base = imagesOf([first!]);
    for (const other of [{ epoch: 3 }, { seed: 8 }]) {
      const images = imagesOf(await pass(whole.source, { batchSize: COUNT, ...other }));
      expect([...images].filter((image) => base.has(image))).toEqual([]);
    }
  }));

/** Every image of the view `query` with its id, bit for bit. */
function imagesOf(batches: readonly Read[]): Set<string> {
  const size = SIZE * SIZE * 3 * 4;
  return new Set(
    batches.flatMap(({ ids, views }) => {
      const bytes = Buffer.from(views['query']!, 'base64');
      return ids.map((id, row) => `${id}:${bytes.subarray(row * size, (row + 1) * size).toString('base64')}`);
    }),
  );
}

test('broken images are left out, named, and change no pixel of the others', async () => {
  const batches = await epoch(holed.source);
  const order = epochOrder(COUNT, 7, 2);
  const readable = [...order].filter((id) => !BROKEN.includes(id));
  expect(batches.flatMap(({ ids }) => ids)).toEqual(readable.slice(0, 20));
  const skipped = batches.flatMap((batch) => batch.skipped);
  const lastAt = order.indexOf(readable[19]!);
  expect(skipped.map(({ sample }) => sample)).toEqual(
    [...order.slice(0, lastAt)].filter((id) => BROKEN.includes(id)).map((id) => `image ${id}`),
  );
  for (const { reason } of skipped) expect(reason).toMatch(/PNG|JPEG|decode/i);
  const clean = imagesOf(await epoch(whole.source, { batchSize: 1 }));
  expect([...imagesOf(batches)].every((image) => clean.has(image))).toBe(true);
});

test('from the position of a batch on, the batches are those of the uninterrupted epoch, bit for bit', async () => {
  const uninterrupted = await epoch(holed.source);
  await sharing(holed.source, ['query', 'key'], async (pass) => {
    for (const [n, { position }] of uninterrupted.entries())
      expect(await pass(holed.source, { from: position })).toEqual(uninterrupted.slice(n + 1));
  });
});

test('the number of threads changes nothing', async () => {
  const one = await epoch(holed.source, { parallel: 1 });
  expect(await epoch(holed.source, { parallel: 8 })).toEqual(one);
});

test('four shards put together are the whole, in order, bit for bit; so they are from a place within the epoch', () =>
  sharing(whole.source, ['query'], async (pass) => {
    const part = (options: Partial<EpochOptions>) => pass(whole.source, { labels: true, ...options });
    const want = await part({ batchSize: 8 });
    for (const from of [0, 2]) {
      const parts: Read[][] = [];
      for (const rank of [0, 1, 2, 3]) parts.push(await part({ batchSize: 2, from, shard: { rank, world: 4 } }));
      const put = parts[0]!.flatMap((_, n) => parts.map((one) => one[n]!));
      const rest = want.slice(from / 2);
      expect(put.flatMap(({ ids }) => ids)).toEqual(rest.flatMap(({ ids }) => ids));
      expect(put.flatMap(({ labels }) => labels)).toEqual(rest.flatMap(({ labels }) => labels));
      expect([...imagesOf(put)]).toEqual([...imagesOf(rest)]);
    }
  }));

test('shards share every sample of an order of any length between them, each in its order', () => {
  for (const length of [0, 1, 7, 23, 24, 25, 31]) {
    const order = Int32Array.from({ length }, (_, at) => at);
    const shards = [0, 1, 2].map((rank) => shardOf(order, 4, { rank, world: 3 }));
    expect(shards.flatMap((shard) => [...shard]).sort((a, b) => a - b)).toEqual([...order]);
    for (const shard of shards) {
      expect([...shard]).toEqual([...shard].sort((a, b) => a - b));
    }
  }
});

test('files in memory and raw pixels give what files on disk give', async () => {
  const pixels = Array.from({ length: 6 }, (_, id) => pixelsOf(id));
  const encoded = sourceOf({ kind: 'encoded', files: pixels.map((image) => encode(image, 'png')) }, 6);
  const raw = sourceOf(
    { kind: 'pixels', pixels: Uint8Array.from(pixels.flatMap((image) => [...image])), height: HEIGHT, width: WIDTH },
    6,
  );
  const want = await epoch(encoded, { batchSize: 3 });
  expect(await epoch(raw, { batchSize: 3 })).toEqual(want);
  // of the files on disk, every third is a JPEG
  const disk = imagesOf(await epoch({ ...whole.source, length: 6 }, { batchSize: 3 }));
  const memory = [...imagesOf(want)].filter((image) => disk.has(image)).map((image) => Number(image.split(':')[0]));
  expect(memory.sort()).toEqual([0, 1, 3, 4]);
});

test('large images among small ones: each is what it is among others of its size', async () => {
  const image = (seed: number, height: number, width: number): Uint8Array =>
    encode(
      Uint8Array.from({ length: height * width * 3 }, (_, at) => ((at * (seed + 3)) >> 4) % 256),
      'png',
      [height, width],
    );
  const small = [0, 1].map((seed) => image(seed, 14, 11));
  const large = [2, 3].map((seed) => image(seed, 120, 200)); // too large for a canvas
  const views = async (files: Uint8Array[]): Promise<string[]> =>
    [...imagesOf(await epoch(sourceOf({ kind: 'encoded', files }, files.length), { batchSize: files.length }))].sort();
  const [a, b, c, d] = await views([...small, ...large]);
  const blank = image(9, 14, 11);
  expect((await views([...small, blank, blank])).slice(0, 2)).toEqual([a, b]);
  const blanks = [image(9, 120, 200), image(9, 120, 200)];
  expect((await views([...blanks, ...large])).slice(2)).toEqual([c, d]);
});

test('an unknown view is refused', () => {
  expect(() => openEpoch({ source: whole.source, augmentation, views: ['querry'], batchSize: 4, seed: 1, epoch: 0 })).toThrow(
    'MOCHI_VIEW_MISSING',
  );
});

test('a stream that is left early leaves nothing behind', async () => {
  await epoch(whole.source); // decoders are traced once per process
  const before = liveHandles();
  const stream = openEpoch({ source: whole.source, augmentation, views: ['query'], batchSize: 4, seed: 1, epoch: 0 });
  await read((await stream.next())!);
  await stream.dispose();
  expect(liveHandles()).toEqual(before);
});
