import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { codeOf } from '../../test/code-of.js';
import { fetchFile, type RemoteFile } from './fetch-file.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-fetch-'));
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) % 256));
const md5 = createHash('md5').update(CONTENT).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answers: Record<string, Answer> = {};
let asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.url} ${request.headers.range ?? ''}`.trim());
  (answers[request.url!] ?? ((_, gone) => gone.writeHead(404).end()))(request, response);
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(scratch, { recursive: true });
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'x'));
  asked = [];
});

/** A server that knows ranges. @param until Breaks off after so many bytes of each answer. */
const whole =
  (content = CONTENT, until = Infinity): Answer =>
  ({ headers }, response) => {
    const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const part = headers['if-range'] === '"v1"' ? from : 0;
    response.writeHead(part > 0 ? 206 : 200, {
      ETag: '"v1"',
      'Content-Length': content.length - part,
      ...(part > 0 ? { 'Content-Range': `bytes ${part}-${content.length - 1}/${content.length}` } : {}),
    });
    const sent = content.subarray(part, part + until);
    if (part + sent.length === content.length) response.end(sent);
    else response.write(sent, () => void onDisk(part + sent.length).then(() => response.socket!.end())); // the rest never comes
  };

/** Resolves once so much of f.bin is on the disk: what is on its way when a connection breaks is lost. */
async function onDisk(bytes: number): Promise<void> {
  const size = () => statSync(join(folder, 'f.bin.download.partial'), { throwIfNoEntry: false })?.size;
  while (size() !== bytes) await setTimeout(5);
}

const file = (path: string, more: Partial<RemoteFile> = {}): RemoteFile => ({
  url: base + path,
  bytes: CONTENT.length,
  checksum: { algorithm: 'md5', hex: md5 },
  ...more,
});
const get = (remote: RemoteFile, mirrors: string[] = []) =>
  fetchFile(remote, join(folder, 'f.bin'), { mirrors: mirrors.map((path) => base + path), retryMs: 1, stallMs: 5000 });
const left = (): string[] => readdirSync(folder).sort();

test('a download that breaks off is continued where it was, and nothing else is left beside it', async () => {
  answers = { '/f': whole(CONTENT, 120_000) };
  await get(file('/f'));
  expect(readFileSync(join(folder, 'f.bin')).equals(CONTENT)).toBe(true);
  expect(left()).toEqual(['f.bin']);
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.some((line) => /bytes=[1-9]/.test(line))).toBe(true);
});

test('a later call continues too', async () => {
  answers = {
    '/f': (request, response) => (asked.length > 1 ? response.writeHead(403).end() : whole(CONTENT, 100_000)(request, response)),
  };
  expect(await codeOf(() => get(file('/f')))).toBe('MOCHI_DOWNLOAD_FAILED');
  expect(existsSync(join(folder, 'f.bin'))).toBe(false);
  answers = { '/f': whole() };
  await get(file('/f'));
  expect(asked.at(-1)).toMatch(/bytes=[1-9]/);
  expect(left()).toEqual(['f.bin']);
});

test('a wrong checksum or size keeps nothing, and names what came', async () => {
  answers = { '/f': whole(Buffer.concat([CONTENT.subarray(1), CONTENT.subarray(0, 1)])), '/short': whole(CONTENT.subarray(9)) };
  await expect(get(file('/f'))).rejects.toThrow(new RegExp(`md5 is [0-9a-f]+, not ${md5}[^]*MOCHI_DOWNLOAD_CORRUPT`));
  expect(left()).toEqual([]);
  await expect(get(file('/short'))).rejects.toThrow(/299991 bytes, not 300000/);
  expect(left()).toEqual([]);
});

test('404: every address is named with its answer, once', async () => {
  await expect(get(file('/none'), ['/mirror'])).rejects.toThrow(
    /mirror: it answers 404[^]*none: it answers 404[^]*MOCHI_DOWNLOAD_FAILED/,
  );
  expect(asked).toEqual(['/mirror', '/none']);
  expect(left()).toEqual([]);
});

test('503 is asked again, and given up after some tries', async () => {
  answers = { '/f': (request, response) => (asked.length < 3 ? response.writeHead(503).end() : whole()(request, response)) };
  await get(file('/f'));
  expect([asked.length, left()]).toEqual([3, ['f.bin']]);
  answers = { '/g': (_, response) => response.writeHead(503).end() };
  await expect(fetchFile(file('/g'), join(folder, 'g.bin'), { retryMs: 1 })).rejects.toThrow(/answers 503/);
});

test('redirects are followed', async () => {
  answers = { '/f': (_, response) => response.writeHead(302, { Location: '/there' }).end(), '/there': whole() };
  await get(file('/f'));
  expect([asked, left()]).toEqual([['/f', '/there'], ['f.bin']]);
});

test('a mirror comes first; where it fails or lies, the publisher is asked', async () => {
  answers = { '/m': whole(), '/f': whole(), '/liar': whole(Buffer.alloc(CONTENT.length)) };
  await get(file('/f'), ['/m']);
  expect(asked).toEqual(['/m']);
  rmSync(join(folder, 'f.bin'));
  await get(file('/f'), ['/gone', '/liar']);
  expect(readFileSync(join(folder, 'f.bin')).equals(CONTENT)).toBe(true);
  expect(left()).toEqual(['f.bin']);
});

test('a full disk is said, and nothing is left', async () => {
  answers = { '/f': whole() };
  symlinkSync('/dev/full', join(folder, 'f.bin.download.partial')); // every write to it finds the disk full
  expect(await codeOf(() => get(file('/f')))).toBe('MOCHI_DISK_FULL');
  expect(left()).toEqual([]);
});

test('a file that is there is not asked for', async () => {
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'f.bin'), 'mine');
  await get(file('/f'));
  expect([asked, readFileSync(join(folder, 'f.bin'), 'utf8')]).toEqual([[], 'mine']);
});
