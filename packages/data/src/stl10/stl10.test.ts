import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStl10 } from './stl10.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-stl10-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Images of which byte (channel, column x, row y) is (100 channel + x + 2 y + 7 image) mod 256, column by column as the format has it. */
function images(count: number): Buffer {
  const bytes = Buffer.alloc(count * 3 * 96 * 96);
  let at = 0;
  for (let image = 0; image < count; image++)
    for (let c = 0; c < 3; c++)
      for (let x = 0; x < 96; x++) for (let y = 0; y < 96; y++) bytes[at++] = (100 * c + x + 2 * y + 7 * image) % 256;
  return bytes;
}

function folder(name: string): string {
  const root = join(scratch, name);
  const inner = join(root, 'stl10_binary');
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(inner, 'train_X.bin'), images(4));
  writeFileSync(join(inner, 'train_y.bin'), Buffer.from([1, 10, 2, 3]));
  writeFileSync(join(inner, 'unlabeled_X.bin'), images(2));
  writeFileSync(join(inner, 'class_names.txt'), 'airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n');
  writeFileSync(join(inner, 'fold_indices.txt'), '0 2\n3 1 \n' + '0\n'.repeat(8));
  return root;
}

test('columns become rows, labels begin at 0, the unlabelled split has none', async () => {
  const data = openStl10({ root: folder('whole') });
  expect(data.splits.slice(0, 4)).toEqual(['train', 'test', 'unlabeled', 'fold-0']);
  const train = await data.split('train');
  expect([train.length, [...train.labels!], train.classes![9]]).toEqual([4, [0, 9, 1, 2], 'truck']);
  if (train.images.kind !== 'pixels') throw new Error('not pixels');
  const { pixels } = train.images;
  const at = (image: number, y: number, x: number, c: number): number => pixels[((image * 96 + y) * 96 + x) * 3 + c]!;
  expect([at(0, 0, 1, 0), at(0, 1, 0, 0), at(3, 95, 10, 2)]).toEqual([1, 2, (200 + 10 + 190 + 21) % 256]);
  const unlabelled = await data.split('unlabeled');
  expect([unlabelled.length, unlabelled.labels, unlabelled.describe(1)]).toEqual([2, undefined, 'unlabeled_X.bin[1]']);
});

test('a fold is the images that its line names', async () => {
  const fold = await openStl10({ root: folder('folds') }).split('fold-1');
  expect([[...fold.labels!], fold.describe(0), fold.length]).toEqual([[2, 9], 'train_X.bin[3]', 2]);
});

test('what is missing or cut short is named', async () => {
  const root = folder('broken');
  const data = openStl10({ root: join(root, 'stl10_binary') });
  await expect(data.split('test')).rejects.toThrow(/test_y\.bin not found[^]*MOCHI_DATA_MISSING/);
  truncateSync(join(root, 'stl10_binary', 'unlabeled_X.bin'), 30_000);
  await expect(data.split('unlabeled')).rejects.toThrow(/unlabeled_X\.bin, byte 30000: it ends within image 1/);
  writeFileSync(join(root, 'stl10_binary', 'train_y.bin'), Buffer.from([1, 11, 2, 3]));
  await expect(data.split('train')).rejects.toThrow(/train_y\.bin, byte 1: it is 11/);
  writeFileSync(join(root, 'stl10_binary', 'train_y.bin'), Buffer.from([1, 2, 3, 4]));
  await expect(data.split('fold-9')).resolves.toHaveLength(1);
  writeFileSync(join(root, 'stl10_binary', 'fold_indices.txt'), '0 4\n');
  await expect(data.split('fold-0')).rejects.toThrow(/fold_indices\.txt, line 1/);
});
