import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf } from '../../test/code-of.js';
import { openDtd } from '../dtd/dtd.js';
import { fetchedDataset, remoteFile, type RemoteData } from './fetched-dataset.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-fetched-'));
let archive: Buffer;
let asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url!);
  response.end(request.url === '/dtd.tar.gz' ? archive : 'a list');
});
beforeAll(async () => {
  const tar = pack();
  for (const [name, content] of [
    ['images/banded/b_1.jpg', 'x'],
    ['labels/train1.txt', 'banded/b_1.jpg\n'],
    ['labels/val1.txt', 'banded/b_1.jpg\n'],
  ] as const)
    tar.entry({ name: `dtd/${name}` }, content);
  tar.finalize();
  archive = gzipSync(await buffer(tar));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  rmSync(scratch, { recursive: true });
});

const md5 = (bytes: string | Buffer): string => createHash('md5').update(bytes).digest('hex');
function specOf(name: string, download: boolean, sum = md5(archive)) {
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const data: RemoteData = {
    archives: [{ remote: remoteFile(`${at}/dtd.tar.gz`, sum, archive.length), archive: 'dtd.tar.gz', folder: 'dtd' }],
    files: [{ remote: remoteFile(`${at}/list.txt`, md5('a list')), file: 'list.txt' }],
  };
  const root = join(scratch, name);
  return {
    root,
    open: () => fetchedDataset({ name: 'dtd', root, download, data, splits: ['train', 'val'] }, () => openDtd({ root })),
  };
}

test('fetched when a split is first asked for, once; then it is on the disk', async () => {
  asked = [];
  const { root, open } = specOf('whole', true);
  const data = open();
  expect([data.splits, asked]).toEqual([['train', 'val'], []]);
  const [train, val] = await Promise.all([data.split('train'), data.split('val')]);
  expect([train.describe(0), val.length, asked]).toEqual(['images/banded/b_1.jpg', 1, ['/dtd.tar.gz', '/list.txt']]);
  expect(readFileSync(join(root, 'list.txt'), 'utf8')).toBe('a list');
  expect((await open().split('train')).length).toBe(1);
  expect(asked).toHaveLength(2);
  expect((await openDtd({ root: join(root, 'dtd'), download: true }).split('train')).length).toBe(1); // the folder itself
});

test('without download the network is never touched', async () => {
  asked = [];
  expect(await codeOf(() => specOf('off', false).open())).toBe('MOCHI_DATA_MISSING');
  expect(asked).toEqual([]);
});

test('a file with another sum is not unpacked, and is fetched again the next time', async () => {
  const { open } = specOf('wrong', true, '0'.repeat(32));
  const data = open();
  expect(await codeOf(() => data.split('train'))).toBe('MOCHI_DOWNLOAD_CORRUPT');
  asked = [];
  expect(await codeOf(() => data.split('train'))).toBe('MOCHI_DOWNLOAD_CORRUPT');
  expect(asked).toEqual(['/dtd.tar.gz']);
});

test('an archive that was put there by other means is used', async () => {
  asked = [];
  const { root, open } = specOf('offline', true);
  await open().split('train');
  rmSync(join(root, 'dtd'), { recursive: true });
  writeFileSync(join(root, 'dtd.tar.gz'), archive);
  asked = [];
  expect((await open().split('train')).length).toBe(1);
  expect(asked).toEqual([]);
});
