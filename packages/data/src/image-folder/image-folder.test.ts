import { type Dataset } from '@mochi/contract';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { codeOf } from '../../test/code-of.js';
import { imageFolderConfig } from './config.js';
import { openImageFolder } from './image-folder.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-folder-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;

function folder(...files: string[]): string {
  const root = join(scratch, `root ${count++}`);
  mkdirSync(root);
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

const open = (root: string, options: object = {}): Dataset => openImageFolder(imageFolderConfig.parse({ root, ...options }));

test('class folders become labels, images come in the order of their names, odd names included', async () => {
  const root = folder(
    'дом/б.jpg',
    'cat pics/two 2.PNG',
    'cat pics/one #1.jpeg',
    'cat pics/.hidden.jpg',
    'cat pics/notes.txt',
    '🐕/x.gif',
    'cat pics/deep/er/y.bmp',
  );
  const train = await open(root).split('train');
  expect(train.classes).toEqual(['cat pics', 'дом', '🐕']);
  expect([0, 1, 2, 3, 4].map((at) => train.describe(at))).toEqual([
    'cat pics/deep/er/y.bmp',
    'cat pics/one #1.jpeg',
    'cat pics/two 2.PNG',
    'дом/б.jpg',
    '🐕/x.gif',
  ]);
  expect([...train.labels!]).toEqual([0, 0, 0, 1, 2]);
  expect(train.images).toEqual({ kind: 'files', paths: [0, 1, 2, 3, 4].map((at) => join(root, train.describe(at))) });
});

test.each([
  { labels: 'auto', files: ['a/1.jpg', '2.jpg'], want: undefined },
  { labels: 'folders', files: ['a/1.jpg', '2.jpg'], want: [-1, 0] },
  { labels: 'none', files: ['a/1.jpg', 'b/2.jpg'], want: undefined },
  { labels: 'auto', files: ['1.jpg', '2.jpg'], want: undefined },
])('labels: $labels of $files', async ({ labels, files, want }) => {
  const split = await open(folder(...files), { labels }).split('train');
  expect(split.labels && [...split.labels]).toEqual(want);
  expect(split.length).toBe(2);
});

test('train, val and test folders are splits, and a class has one label in all of them', async () => {
  const data = open(folder('train/a/1.jpg', 'train/c/2.jpg', 'val/b/3.jpg', 'val/c/4.jpg'));
  expect(data.splits).toEqual(['train', 'val']);
  const [train, val] = [await data.split('train'), await data.split('val')];
  expect(train.classes).toEqual(['a', 'b', 'c']);
  expect([[...train.labels!], [...val.labels!]]).toEqual([
    [0, 2],
    [1, 2],
  ]);
  expect(val.describe(1)).toBe('val/c/4.jpg');
});

test('a folder named train among others is a class', async () => {
  const data = open(folder('train/1.jpg', 'bus/2.jpg'));
  expect(data.splits).toEqual(['train']);
  expect((await data.split('train')).classes).toEqual(['bus', 'train']);
});

test('holdout: disjoint, complete, class by class, and the same each time', async () => {
  const files = ['a', 'b'].flatMap((name) => Array.from({ length: 10 }, (_, at) => `${name}/${at}.jpg`));
  const root = folder(...files);
  const [train, held] = await Promise.all([
    open(root, { holdout: 0.2 }).split('train'),
    open(root, { holdout: 0.2 }).split('test'),
  ]);
  const names = [train, held].flatMap((split) => Array.from({ length: split.length }, (_, at) => split.describe(at)));
  expect([...names].sort()).toEqual([...files].sort());
  expect([...held.labels!]).toEqual([0, 0, 1, 1]);
  const again = await open(root, { holdout: 0.2 }).split('test');
  expect(again.images).toEqual(held.images);
  const other = await open(root, { holdout: 0.2, holdoutSeed: 5 }).split('test');
  expect(other.images).not.toEqual(held.images);
});

test('links are followed, and one that leads back up ends there', async () => {
  const root = folder('a/1.jpg');
  symlinkSync(root, join(root, 'a', 'up'));
  symlinkSync(join(root, 'a', '1.jpg'), join(root, 'a', '2.jpg'));
  symlinkSync(join(root, 'nothing.jpg'), join(root, 'a', '3.jpg'));
  expect((await open(root).split('train')).length).toBe(2);
});

test.each([
  { name: 'no such folder', run: () => open(join(scratch, 'absent')), code: 'MOCHI_FOLDER_MISSING' },
  { name: 'a file', run: () => open(join(folder('a.jpg'), 'a.jpg')), code: 'MOCHI_FOLDER_MISSING' },
  { name: 'no images', run: () => open(folder('a/readme.txt')).split('train'), code: 'MOCHI_FOLDER_EMPTY' },
  { name: 'no such split', run: () => open(folder('a.jpg')).split('test'), code: 'MOCHI_UNKNOWN_SPLIT' },
  {
    name: 'holdout beside split folders',
    run: () => open(folder('train/a.jpg', 'test/b.jpg'), { holdout: 0.1 }),
    code: 'MOCHI_SPLIT_CLASH',
  },
])('$name: $code', async ({ run, code }) => expect(await codeOf(run)).toBe(code));

test('the error of an empty folder says what was looked for and what was there', async () => {
  await expect(open(folder('a/readme.txt')).split('train')).rejects.toThrow(
    /1 other files[^]*\.jpg, \.jpeg, \.png, \.gif, \.bmp/,
  );
});

test('the event loop turns while a large folder is listed', async () => {
  const root = folder(...Array.from({ length: 10_000 }, (_, at) => `${at % 2}/${at}.jpg`));
  let listed = false;
  let turns = 0;
  const watch = (async () => {
    for (; !listed; turns++) await setTimeout(1);
  })();
  const split = await open(root).split('train');
  listed = true;
  await watch;
  expect(split.length).toBe(10_000);
  expect(turns).toBeGreaterThan(3);
});
