import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { codeOf } from '../../test/code-of.js';
import { cifar100Config } from './config.js';
import { openCifar100 } from './cifar100.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-cifar100-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Records of coarse label, fine label, and planes of which each byte is coarse + channel. */
const records = (labels: readonly (readonly [number, number])[]): Buffer =>
  Buffer.concat(
    labels.map(([coarse, fine]) =>
      Buffer.concat([Buffer.from([coarse, fine]), ...[0, 1, 2].map((channel) => Buffer.alloc(1024, coarse + channel))]),
    ),
  );

function folder(name: string): string {
  const root = join(scratch, name);
  mkdirSync(join(root, 'cifar-100-binary'), { recursive: true });
  const files = {
    'train.bin': records([[11, 19], [15, 29], [4, 0]]), // prettier-ignore
    'test.bin': records([[19, 99]]),
    'fine_label_names.txt': Array.from({ length: 100 }, (_, at) => `fine-${at}\n`).join(''),
    'coarse_label_names.txt': Array.from({ length: 20 }, (_, at) => `coarse-${at}\n`).join(''),
  };
  for (const [file, content] of Object.entries(files)) writeFileSync(join(root, 'cifar-100-binary', file), content);
  return root;
}

test.each([
  { labels: 'fine', want: [19, 29, 0], name: 'fine-29', classes: 100 },
  { labels: 'coarse', want: [11, 15, 4], name: 'coarse-15', classes: 20 },
])('$labels labels, with the names of the archive', async ({ labels, want, name, classes }) => {
  const train = await openCifar100(cifar100Config.parse({ root: folder(labels), labels })).split('train');
  expect([[...train.labels!], train.classes!.length, train.classes![train.labels![1]!]]).toEqual([want, classes, name]);
  if (train.images.kind !== 'pixels') throw new Error('not pixels');
  expect([...train.images.pixels.subarray(3072, 3078)]).toEqual([15, 16, 17, 15, 16, 17]);
  expect(train.describe(2)).toBe('train.bin[2]');
});

test('a file of names that is missing, a cut file and an impossible label are named', async () => {
  const root = folder('broken');
  const data = openCifar100(cifar100Config.parse({ root }));
  writeFileSync(join(root, 'cifar-100-binary', 'train.bin'), records([[1, 2], [3, 4]]).subarray(0, 4000)); // prettier-ignore
  await expect(data.split('train')).rejects.toThrow(/train\.bin, byte 4000: it ends within record 1/);
  writeFileSync(join(root, 'cifar-100-binary', 'train.bin'), records([[1, 2], [20, 4]])); // prettier-ignore
  await expect(data.split('train')).rejects.toThrow(/train\.bin, record 1: it has label 20/);
  rmSync(join(root, 'cifar-100-binary', 'fine_label_names.txt'));
  expect(await codeOf(() => data.split('test'))).toBe('MOCHI_DATA_MISSING');
});
