import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, expect, test } from 'vitest';
import { codeOf } from '../../test/code-of.js';
import { fetchArchive } from '../download/fetch-archive.js';
import { openCifar10 } from './cifar10.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-cifar-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Records whose pixel (y, x, channel) is (label + x + 2 y + 50 channel) mod 256. */
function batch(labels: readonly number[]): Buffer {
  const record = (label: number): Buffer => {
    const bytes = Buffer.alloc(3073);
    bytes[0] = label;
    for (let at = 0; at < 3072; at++)
      bytes[1 + at] = (label + (at % 32) + 2 * (Math.floor(at / 32) % 32) + 50 * Math.floor(at / 1024)) % 256;
    return bytes;
  };
  return Buffer.concat(labels.map(record));
}

function folder(name: string): string {
  const root = join(scratch, name);
  mkdirSync(root);
  for (let n = 1; n <= 5; n++) writeFileSync(join(root, `data_batch_${n}.bin`), batch([n, n + 4]));
  writeFileSync(join(root, 'test_batch.bin'), batch([7, 0, 3]));
  return root;
}

test('records become interleaved pixels and labels, in the order of the files', async () => {
  const data = openCifar10({ root: folder('whole') });
  expect(data.splits).toEqual(['train', 'test']);
  const [train, held] = [await data.split('train'), await data.split('test')];
  expect([...train.labels!]).toEqual([1, 5, 2, 6, 3, 7, 4, 8, 5, 9]);
  expect([[...held.labels!], held.length, held.classes![7]]).toEqual([[7, 0, 3], 3, 'horse']);
  if (held.images.kind !== 'pixels') throw new Error('not pixels');
  const at = (row: number, y: number, x: number, channel: number): number =>
    (held.images as { pixels: Uint8Array }).pixels[((row * 32 + y) * 32 + x) * 3 + channel]!;
  expect([at(0, 0, 0, 0), at(0, 3, 5, 2), at(2, 31, 31, 1)]).toEqual([7, 7 + 5 + 6 + 100, 3 + 31 + 62 + 50]);
  expect([train.describe(3), held.describe(2)]).toEqual(['data_batch_2.bin[1]', 'test_batch.bin[2]']);
});

test('the archive itself, or the folder that holds it, gives the same', async () => {
  const root = join(scratch, 'packed');
  mkdirSync(root);
  const archive = pack();
  archive.entry({ name: 'cifar-10-batches-bin/test_batch.bin' }, batch([7, 0, 3]));
  archive.finalize();
  await pipeline(archive, createGzip(), createWriteStream(join(root, 'cifar-10-binary.tar.gz')));
  const want = (await openCifar10({ root: folder('plain') }).split('test')).images;
  expect((await openCifar10({ root }).split('test')).images).toEqual(want);
  expect((await openCifar10({ root: join(root, 'cifar-10-binary.tar.gz') }).split('test')).images).toEqual(want);
  expect(await codeOf(() => openCifar10({ root }).split('train'))).toBe('MOCHI_DATA_MISSING');
});

test('download fetches the archive from a mirror, unpacks it, and is quiet when it is there', async () => {
  const archive = pack();
  for (const name of ['test_batch.bin']) archive.entry({ name: `cifar-10-batches-bin/${name}` }, batch([7, 0, 3]));
  archive.finalize();
  const packed = join(scratch, 'served.tar.gz');
  await pipeline(archive, createGzip(), createWriteStream(packed));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.end(readFileSync(packed));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cifar.tar.gz`;
  const root = join(scratch, 'fetched');
  const spec = { root, archive: 'a.tar.gz', folder: 'cifar-10-batches-bin', remote: { url: mirror }, download: true };
  try {
    await fetchArchive(spec);
    await fetchArchive(spec);
    expect((await openCifar10({ root, download: { mirror } }).split('test')).length).toBe(3);
    expect([asked, readdirSync(root).sort()]).toEqual([['/cifar.tar.gz'], ['a.tar.gz', 'cifar-10-batches-bin']]);
  } finally {
    server.close();
  }
});

test('what is missing is named, with what to fetch', async () => {
  const root = folder('gap');
  rmSync(join(root, 'data_batch_3.bin'));
  const data = openCifar10({ root });
  await expect(data.split('train')).rejects.toThrow(/data_batch_3\.bin not found[^]*cifar-10-binary\.tar\.gz/);
  expect((await data.split('test')).length).toBe(3);
  expect(await codeOf(() => openCifar10({ root: join(scratch, 'absent') }))).toBe('MOCHI_DATA_MISSING');
  mkdirSync(join(scratch, 'bare'));
  expect(await codeOf(() => openCifar10({ root: join(scratch, 'bare') }))).toBe('MOCHI_DATA_MISSING');
});

test('a short file and an impossible label are errors', async () => {
  const root = folder('broken');
  writeFileSync(join(root, 'test_batch.bin'), batch([1, 2]).subarray(0, 5000));
  await expect(openCifar10({ root }).split('test')).rejects.toThrow(/byte 5000: it ends within record 1[^]*MOCHI_DATA_CORRUPT/);
  writeFileSync(join(root, 'test_batch.bin'), batch([1, 10]));
  await expect(openCifar10({ root }).split('test')).rejects.toThrow(/record 1: it has label 10/);
});
