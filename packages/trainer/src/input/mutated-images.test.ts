import { hostRandom, startTensorFlow } from '@mochi/tensorflow';
import { mutateImage } from '@mochi/testing';
import { expect, test } from 'vitest';
import { augmentation, encode, pixelsOf, sourceOf } from '../../test/input/images.js';
import { openSequential } from './sequential.js';
import { readAll } from '../../test/input/batches.js';

await startTensorFlow();

test('spoilt images are left out or read; none is lost without a word, none ends the process', async () => {
  const sound = [0, 1, 2].flatMap((seed) =>
    (['png', 'jpg'] as const).map((format) => ({ name: `${seed}.${format}`, bytes: encode(pixelsOf(seed), format) })),
  );
  const random = hostRandom(11, 'mutations');
  const files = Array.from({ length: 250 }, () => mutateImage(sound, () => random.integer(2 ** 31) / 2 ** 31).bytes);
  const source = sourceOf({ kind: 'encoded', files: [...files, sound[0]!.bytes] }, files.length + 1); // a sound one at the end: all gaps are before it
  const batches = await readAll(openSequential({ source, augmentation, batchSize: 16 }));
  const read = batches.flatMap(({ ids }) => ids);
  const skipped = batches.flatMap((batch) => batch.skipped);
  expect([...read, ...skipped.map(({ sample }) => Number(sample.slice('image '.length)))].sort((a, b) => a - b)).toEqual(
    Array.from({ length: source.length }, (_, id) => id),
  );
  expect(read.length).toBeGreaterThan(20);
  expect(skipped.length).toBeGreaterThan(100);
  for (const { reason } of skipped) expect(reason.length).toBeGreaterThan(5);
  expect(skipped.some(({ reason }) => reason.includes('more than 67108864 pixels'))).toBe(true);
});
