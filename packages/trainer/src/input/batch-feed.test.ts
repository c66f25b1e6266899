import { liveHandles, startTensorFlow } from '@mochi/tensorflow';
import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { read, type Read } from '../../test/input/batches.js';
import { augmentation, imageFolder, sourceOf } from '../../test/input/images.js';
import { BatchFeed, type FeedOptions, type FeedPosition } from './batch-feed.js';
import { epochOrder } from './epoch-order.js';

await startTensorFlow();

const folders: string[] = [];
const folder = (count: number, broken: number[] = []) => {
  const made = imageFolder(count, broken);
  folders.push(made.root);
  return made.source;
};
afterAll(() => folders.forEach((root) => rmSync(root, { recursive: true })));

const HOLED = folder(14, [5, 8]);
const feedOf = (options: Partial<FeedOptions> = {}): BatchFeed =>
  new BatchFeed({ source: HOLED, augmentation, views: ['query'], batchSize: 4, seed: 3, maxSkipped: 1, ...options });

type Taken = Read & { epoch: number; last: boolean; after: FeedPosition };

async function take(feed: BatchFeed, count: number): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (let n = 0; n < count; n++) {
    const item = await feed.next();
    taken.push({ ...(await read(item)), epoch: item.epoch, last: item.last, after: feed.position });
  }
  await feed.dispose();
  return taken;
}

test('epochs follow one another, each in its own order, and the last batch of each is marked', async () => {
  const taken = await take(feedOf(), 7);
  expect(taken.map(({ epoch, last }) => [epoch, last])).toEqual([
    [0, false],
    [0, false],
    [0, true],
    [1, false],
    [1, false],
    [1, true],
    [2, false],
  ]);
  for (const epoch of [0, 1]) {
    const readable = [...epochOrder(14, 3, epoch)].filter((id) => id !== 5 && id !== 8);
    expect(taken.filter((item) => item.epoch === epoch).flatMap(({ ids }) => ids)).toEqual(readable);
  }
  expect(taken[2]!.after).toMatchObject({ epoch: 1, sample: 0, seen: 14 });
});

test('a feed from a saved position goes on with the same batches and counts, over epochs too', async () => {
  const all = await take(feedOf(), 9);
  for (const n of [0, 1, 2, 4]) expect(await take(feedOf({ from: all[n]!.after }), 9 - n - 1)).toEqual(all.slice(n + 1));
});

test('a shard goes through its part of each epoch, and goes on from a saved position', async () => {
  const shard = { rank: 1, world: 2 };
  const all = await take(feedOf({ batchSize: 2, shard }), 8);
  expect(all.filter(({ epoch }) => epoch === 0).at(-1)!.last).toBe(true);
  expect(all[0]!.ids).toEqual([...epochOrder(14, 3, 0)].filter((_, at) => at % 4 >= 2).filter((id) => id !== 5 && id !== 8).slice(0, 2)); // prettier-ignore
  for (const n of [0, 2, 4]) expect(await take(feedOf({ batchSize: 2, shard, from: all[n]!.after }), 8 - n - 1)).toEqual(all.slice(n + 1)); // prettier-ignore
  expect(() => feedOf({ batchSize: 8, shard })).toThrow('MOCHI_NO_BATCH');
});

test('a position past the last whole batch begins the next epoch', async () => {
  const [first] = await take(feedOf({ from: { epoch: 0, sample: 12 } }), 1);
  expect(first!.epoch).toBe(1);
});

test('skipped samples are counted and named', async () => {
  const [second] = epochOrder(9, 3, 0).slice(1);
  const [first] = await take(feedOf({ source: folder(9, [second!]), batchSize: 8 }), 1);
  expect(first!.skipped.map(({ sample }) => sample)).toEqual([`image ${second}`]);
  expect(first!.after).toMatchObject({ seen: 9, skipped: 1 });
});

test('past the share that is allowed, the feed stops with counts and examples', async () => {
  const feed = feedOf({ maxSkipped: 0.05 });
  await expect(take(feed, 3)).rejects.toThrow(/2 of the 14 images[^]*image [58] \([^]*MOCHI_TOO_MANY_BROKEN/);
  await feed.dispose();
});

test('few broken images among the first do not stop it before the split has been seen', async () => {
  expect(await take(feedOf({ maxSkipped: 0.15 }), 3)).toHaveLength(3);
});

test('maxSkipped 0 stops at the first', async () => {
  const feed = feedOf({ maxSkipped: 0 });
  await expect(take(feed, 3)).rejects.toThrow('MOCHI_TOO_MANY_BROKEN');
  await feed.dispose();
});

test('nothing readable is an error with examples, not an endless loop', async () => {
  const files = Array.from({ length: 6 }, () => Uint8Array.of(1, 2, 3, 4, 5));
  const feed = feedOf({ source: sourceOf({ kind: 'encoded', files }, 6) });
  await expect(feed.next()).rejects.toThrow(/fewer than one batch of 4[^]*image \d[^]*MOCHI_TOO_MANY_BROKEN/);
  await feed.dispose();
});

test('fewer images than a batch are refused at once', () => {
  expect(() => feedOf({ batchSize: 15 })).toThrow(/14 images[^]*MOCHI_NO_BATCH/);
});

test('missing files are broken images with a reason', async () => {
  const source = folder(8);
  const { paths } = source.images as unknown as { paths: string[] };
  rmSync(paths[epochOrder(8, 3, 0)[2]!]!);
  const taken = await take(feedOf({ source, batchSize: 7 }), 1);
  expect(taken[0]!.skipped[0]!.reason).toMatch(/No such file/);
});

test('the event loop turns while a batch is awaited, and the wait is measured', async () => {
  const feed = feedOf({ source: folder(60), batchSize: 20 });
  let turns = 0;
  let done = false;
  const watch = (async () => {
    for (; !done; turns++) await setTimeout(0);
  })();
  await read(await feed.next());
  done = true;
  await watch;
  expect(turns).toBeGreaterThan(0);
  expect(feed.waitedMs).toBeGreaterThan(0);
  await feed.dispose();
});

test('a feed leaves nothing behind, wherever it is left', async () => {
  await take(feedOf(), 1); // decoders are traced once per process
  const before = liveHandles();
  for (const count of [0, 1, 3]) await take(feedOf(), count);
  expect(liveHandles()).toEqual(before);
});
