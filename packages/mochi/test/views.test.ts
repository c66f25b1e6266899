import type { Augmentation } from '@mochi/contract';
import { imageFolderPlugin } from '@mochi/data';
import { augmentationOf, recipeOf, recipes } from '@mochi/augment';
import { startRun } from '@mochi/core';
import { disposeTree, startTensorFlow } from '@mochi/tensorflow';
import { openEpoch, openImages, ViewMaker, viewSpecs, type EpochOptions } from '@mochi/trainer';
import { expect, test } from 'vitest';
import { imageFolder } from './tiny-run.js';

await startTensorFlow();

const add = [{ op: 'cutout', side: 4, p: 0.5 }];

test.each([
  { name: 'small views, made on the batch', recipe: 'byol', options: { size: 16, add } },
  { name: 'large views, made one by one', recipe: 'moco-v2', options: { size: 72, add } },
])(
  '$name: the same pixels for 1, 2 and 8 threads, after a resume, and for 4 shards put together',
  async ({ recipe, options }) => {
    const host = await startRun({
      object: { data: { name: 'image-folder', root: await imageFolder(16) } },
      known: [imageFolderPlugin],
    });
    const source = await host.one('data').split('train');
    const augmentation = augmentationOf(recipeOf(recipes[recipe]!, options));
    const views = randomViews(augmentation);
    const reader = openImages(source.images);
    const maker = new ViewMaker(reader, augmentation, viewSpecs(augmentation, views));
    const pass = (more: Partial<EpochOptions>): Promise<Pixels[]> =>
      read(openEpoch({ source, augmentation, views, maker, batchSize: 8, seed: 5, epoch: 1, ...more }));
    const want = await pass({ parallel: 1 });
    expect(want.map(({ ids }) => ids.length)).toEqual([8, 8]);
    expect(new Set(Object.values(want[0]!.images)).size).toBe(8 * views.length); // no two views are alike
    for (const parallel of [2, 8]) expect(await pass({ parallel })).toEqual(want);
    expect(await pass({ from: want[0]!.position })).toEqual(want.slice(1));
    const shards: Pixels[][] = [];
    for (const rank of [0, 1, 2, 3]) shards.push(await pass({ batchSize: 2, shard: { rank, world: 4 } }));
    const together = [0, 1].map((n) => shards.map((shard) => shard[n]!));
    expect(together.map((batch) => batch.flatMap(({ ids }) => ids))).toEqual(want.map(({ ids }) => ids));
    expect(together.map((batch) => Object.assign({}, ...batch.map(({ images }) => images)) as object)).toEqual(want.map(({ images }) => images)); // prettier-ignore
    maker.dispose();
    reader.dispose();
    await host.dispose();
  },
  300_000, // two functions are compiled by XLA for each batch size
);

const randomViews = ({ views }: Augmentation): string[] => views.filter(({ draws }) => draws > 0).map(({ name }) => name);

interface Pixels {
  readonly ids: number[];
  readonly position: number;
  /** By view and sample, as text: equality is bit for bit. */
  readonly images: Record<string, string>;
}

async function read(stream: ReturnType<typeof openEpoch>): Promise<Pixels[]> {
  const all: Pixels[] = [];
  for (let item = await stream.next(); item; item = await stream.next()) {
    const ids = Array.from(await item.batch.ids.data());
    const images: Record<string, string> = {};
    for (const [view, tensor] of Object.entries(item.batch.views)) {
      const values = await tensor.data();
      const { length } = values;
      ids.forEach((id, at) => {
        const own = values.slice((at * length) / ids.length, ((at + 1) * length) / ids.length);
        images[`${view} ${id}`] = Buffer.from(own.buffer, own.byteOffset, own.byteLength).toString('base64');
      });
    }
    all.push({ ids, position: item.position, images });
    disposeTree(item.batch);
  }
  await stream.dispose();
  return all;
}
