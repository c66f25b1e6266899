import { liveHandles, startTensorFlow } from '@mochi/tensorflow';
import { rmSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { readAll } from '../../test/input/batches.js';
import { augmentation, imageFolder, SIZE } from '../../test/input/images.js';
import { openSequential } from './sequential.js';

await startTensorFlow();

const holed = imageFolder(11, [3, 10]);
afterAll(() => rmSync(holed.root, { recursive: true }));

test('a split in its own order, the last batch as small as it comes, broken images left out', async () => {
  const batches = await readAll(openSequential({ source: holed.source, augmentation, batchSize: 4, labels: true }));
  expect(batches.map(({ ids }) => ids)).toEqual([[0, 1, 2, 4], [5, 6, 7, 8], [9]]);
  expect(batches.map(({ labels }) => labels)).toEqual([[0, 1, 2, 4], [0, 1, 2, 3], [4]]);
  expect(batches[2]!.shapes).toEqual({ eval: [1, SIZE, SIZE, 3] });
  expect(batches[0]!.skipped.map(({ sample }) => sample)).toEqual(['image 3']);
});

test('two passes are equal, and leave nothing behind', async () => {
  const open = () => openSequential({ source: holed.source, augmentation, batchSize: 4 });
  const first = await readAll(open());
  const before = liveHandles();
  expect(await readAll(open())).toEqual(first);
  expect(liveHandles()).toEqual(before);
});
