import { PackedNames, type Dataset, type SplitSource } from '@mochi/contract';
import sharp from 'sharp';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
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

const pathsOf = ({ images }: SplitSource): string[] => (images.kind === 'files' ? [...images.paths] : []);

const open = (root: string, options: object = {}): Dataset =>
  openImageFolder(imageFolderConfig.parse({ root, cache: join(scratch, 'cache'), ...options }));

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
  expect(pathsOf(train)).toEqual([0, 1, 2, 3, 4].map((at) => join(root, train.describe(at))));
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
  expect(pathsOf(again)).toEqual(pathsOf(held));
  const other = await open(root, { holdout: 0.2, holdoutSeed: 5 }).split('test');
  expect(pathsOf(other)).not.toEqual(pathsOf(held));
});

test('AVIF and TIFF become PNGs of the same pixels, once, whatever they are called; broken ones keep their path', async () => {
  const root = folder('readme.txt');
  const pixels = Uint8Array.from({ length: 300 }, (_, at) => (at * 7) % 256);
  const image = sharp(pixels, { raw: { width: 10, height: 10, channels: 3 } });
  await image.clone().tiff({ compression: 'lzw' }).withMetadata({ orientation: 6 }).toFile(join(root, 'a.TIF'));
  await image.clone().avif({ lossless: true }).toFile(join(root, 'b.avif'));
  await image.clone().tiff({ compression: 'none' }).toFile(join(root, 'c.jpg.tmp'));
  renameSync(join(root, 'c.jpg.tmp'), join(root, 'c.jpg'));
  await image.clone().png().toFile(join(root, 'd.png'));
  writeFileSync(join(root, 'e.tiff'), readFileSync(join(root, 'a.TIF')).subarray(0, 100));
  const train = await open(root).split('train');
  const paths = pathsOf(train);
  expect([0, 1, 2, 3, 4].map((at) => train.describe(at))).toEqual(['a.TIF', 'b.avif', 'c.jpg', 'd.png', 'e.tiff']);
  expect(paths.slice(3)).toEqual([join(root, 'd.png'), join(root, 'e.tiff')]);
  const png = (at: number): Promise<Buffer> => sharp(readFileSync(paths[at]!)).raw().toBuffer();
  expect([...(await png(2))]).toEqual([...pixels]);
  expect([...(await png(0))]).toEqual([...(await image.clone().rotate(90).raw().toBuffer())]);
  expect(readFileSync(paths[1]!).subarray(1, 4).toString()).toBe('PNG');
  const made = statSync(paths[0]!).mtimeMs;
  expect(pathsOf(await open(root).split('train'))).toEqual(paths);
  expect(statSync(paths[0]!).mtimeMs).toBe(made);
  expect(pathsOf(await open(root, { sniff: false }).split('train'))[2]).toBe(join(root, 'c.jpg'));
});

test('names that are no UTF-8 stay as they are on the disk', async () => {
  const root = folder('a.jpg');
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.of(0xff), Buffer.from('.jpg')]), '');
  const { images } = await open(root).split('train');
  if (images.kind !== 'files' || !(images.paths instanceof PackedNames)) throw new Error('not packed');
  expect(images.paths.bytesAt(1)![0]).toBe(0xff);
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

test('a holdout in percent is told that it is a share', () =>
  expect(() => open(folder('a.jpg'), { holdout: 20 })).toThrow(/a share of the images, at most 0\.9/));

test('a list of files is no folder: what can be made of it is said', () =>
  expect(() => open(join(folder('a.jpg'), 'a.jpg'))).toThrow(/a folder of links to them[^]*a plugin of kind data/));

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
