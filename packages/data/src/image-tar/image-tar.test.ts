import { type Dataset } from '@mochi/contract';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, expect, test } from 'vitest';
import { codeOf } from '../../test/code-of.js';
import { imageTarConfig } from './config.js';
import { openImageTar } from './image-tar.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-tar-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;

async function tar(files: Record<string, string>): Promise<string> {
  const path = join(scratch, `${count++}.tar`);
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  await pipeline(archive, createWriteStream(path));
  return path;
}

const open = (path: unknown, options: object = {}): Dataset => openImageTar(imageTarConfig.parse({ path, ...options }));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('images of class folders, in the order of their names, with their bytes', async () => {
  const path = await tar({
    './b/2.jpg': 'two',
    './b/1.jpg': 'one',
    './a/x.png': 'ex',
    './a/notes.txt': 'no',
    './a/._x.png': 'no',
  });
  const train = await open(path).split('train');
  expect([0, 1, 2].map((at) => train.describe(at))).toEqual(['a/x.png', 'b/1.jpg', 'b/2.jpg']);
  expect(train.images.kind === 'encoded' && train.images.files.map(text)).toEqual(['ex', 'one', 'two']);
  expect([train.classes, [...train.labels!]]).toEqual([
    ['a', 'b'],
    [0, 1, 1],
  ]);
});

test('a folder on top that all images share is no class', async () => {
  const train = await open(await tar({ 'set/v1/a/1.jpg': '', 'set/v1/b/2.jpg': '' })).split('train');
  expect(train.classes).toEqual(['a', 'b']);
  const one = await open(await tar({ 'set/a/1.jpg': '', 'set/a/2.jpg': '' })).split('train');
  expect(one.classes).toEqual(['a']);
});

test('one archive per split, gzip too; the later of two entries of one name counts', async () => {
  const test = join(scratch, 'test.tgz');
  writeFileSync(test, gzipSync(readFileSync(await tar({ 'a/1.jpg': 'zipped' }))));
  const data = open({ train: await tar({ 'a/1.jpg': 'old', 'a/2.jpg': 'x', './a/1.jpg': 'new' }), test });
  expect(data.splits).toEqual(['train', 'test']);
  const images = [(await data.split('train')).images, (await data.split('test')).images];
  expect(images.map((store) => store.kind === 'encoded' && store.files.map(text))).toEqual([['new', 'x'], ['zipped']]);
});

test('holdout divides one archive', async () => {
  const data = open(await tar(Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`a/${at}.jpg`, `${at}`]))), {
    holdout: 0.25,
  });
  expect([(await data.split('train')).length, (await data.split('test')).length]).toEqual([6, 2]);
});

test('a broken archive says why', async () => {
  const whole = readFileSync(await tar({ 'a/1.jpg': 'x'.repeat(5000) }));
  const cut = join(scratch, 'cut.tar');
  writeFileSync(cut, whole.subarray(0, 2000));
  const noise = join(scratch, 'noise.tar');
  writeFileSync(noise, Buffer.alloc(4096, 'no tar'));
  writeFileSync(join(scratch, 'empty.tar'), '');
  for (const path of [cut, noise, join(scratch, 'empty.tar'), join(scratch, 'absent.tar'), scratch]) {
    expect(await codeOf(() => open(path).split('train')), path).toBe('MOCHI_TAR_UNREADABLE');
  }
  await expect(open(join(scratch, 'absent.tar')).split('train')).rejects.toThrow(/ENOENT/);
});

test.each([
  { name: 'no image', options: {}, files: { 'a.txt': '' }, code: 'MOCHI_TAR_EMPTY' },
  { name: 'more bytes than allowed', options: { maxMiB: 1e-6 }, files: { 'a/1.jpg': 'xxxxx' }, code: 'MOCHI_TAR_TOO_BIG' },
])('$name: $code', async ({ options, files, code }) => {
  const path = await tar({ ...files } as unknown as Record<string, string>);
  expect(await codeOf(() => open(path, options).split('train'))).toBe(code);
});

test('a holdout beside named splits is refused', async () => {
  expect(await codeOf(() => open({ train: 'a.tar' }, { holdout: 0.1 }))).toBe('MOCHI_SPLIT_CLASH');
});
