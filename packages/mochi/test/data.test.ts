import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveHandles } from '@mochi/tensorflow';
import { beforeAll, expect, test } from 'vitest';
import { inspectData, previewAugmentation, verifyData } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let root: string;
beforeAll(async () => {
  root = await imageFolder(24);
  const [name] = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  writeFileSync(join(root, name!.name, 'broken.png'), 'no image');
});

test('inspect tells splits, classes, sizes and broken images, and shows some', async () => {
  const { report, sheet } = await inspectData({ data: { name: 'image-folder', root, holdout: 0.25 } }, { pictures: 6 });
  const before = liveHandles();
  expect(report.splits.map(({ fingerprint }) => fingerprint.split)).toEqual(['train', 'test']);
  const counts = report.splits.map(({ fingerprint, classes }) => [
    fingerprint.count,
    classes!.reduce((sum, { count }) => sum + count, 0),
  ]);
  expect(counts.every(([images, labelled]) => images === labelled)).toBe(true);
  expect(counts.reduce((sum, [images]) => sum + images!, 0)).toBe(25);
  const broken = report.splits.flatMap((split) => split.broken);
  expect(broken.map(({ sample }) => sample.split('/').at(-1))).toEqual(['broken.png']);
  expect(broken[0]!.reason).toMatch(/image/i);
  for (const { width, height } of report.splits) expect(Math.min(width!.least, height!.least)).toBeGreaterThan(0);
  expect(sheet.match(/<figure/g)).toHaveLength(12);
  await inspectData({ data: { name: 'image-folder', root, holdout: 0.25 } }, { pictures: 6 });
  expect(liveHandles()).toEqual(before);
});

test('a sample looks at that many images, verify at all; limit and fraction count; a path is a data set', async () => {
  const { report } = await inspectData(root, { sample: 5, pictures: 0 });
  expect([report.dataset, report.splits[0]!.lookedAt]).toEqual(['image-folder', 5]);
  const verified = await verifyData(root);
  expect([verified.splits[0]!.lookedAt, verified.splits[0]!.broken.length]).toEqual([25, 1]);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  expect(verified.splits[0]!.fingerprint.bytes).toBe(bytes);
  const limited = await verifyData({ data: { name: 'image-folder', root, limit: 7 } });
  expect(limited.splits[0]!.fingerprint.count).toBe(7);
});

test('a split of a data set of your own is looked at as training does', async () => {
  const plugin = join(temporaryFolder(), 'half.ts');
  writeFileSync(
    plugin,
    `import { DATASET, definePlugin } from '@mochi/contract';
import { z } from 'zod';
const images = { kind: 'files', paths: ['a.png'] };
const half = { name: 'half', splits: ['train'], split: async (name: string) => ({ name, length: 2, images, describe: String }) };
export const plugin = definePlugin({
  name: 'half', kind: 'data', apiVersion: 1, config: z.strictObject({}), setup: (host) => host.provide(DATASET, () => half as never),
});`,
  );
  const config = tinyConfig(root, { plugins: [plugin], data: 'half' });
  const told = { code: 'MOCHI_DATA_OUTPUT', happened: expect.stringMatching(/data set half has 2 samples, and files for 1/) };
  for (const look of [inspectData, verifyData, previewAugmentation]) await expect(look(config)).rejects.toMatchObject(told);
});
