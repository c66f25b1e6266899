import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import {
  CC,
  FRAMEWORK,
  filesIn,
  makeArchive,
  makeSandbox,
  partOnDisk,
  refuse,
  send,
  sendPart,
  serve,
  type Sandbox,
} from '../../test/library/fixtures.js';
import { ensureLibrary } from './ensure.js';
import type { Surroundings } from './types.js';

const archive = await makeArchive();
const ensure = ({ surroundings }: Sandbox, archiveUrl: string, more: Partial<Surroundings> = {}) =>
  ensureLibrary({ surroundings: { ...surroundings, archiveUrl, ...more } });

test('without pip the archive is downloaded; libraries get the names that links have in it', async () => {
  const sandbox = await makeSandbox({ pip: false });
  const { url, ranges } = await serve(send(archive));
  const location = await ensure(sandbox, url);
  expect(location).toMatchObject({ source: 'archive', version: '2.18.0', ccPath: join(location.dir, 'libtensorflow.so.2') });
  expect((await readFile(location.ccPath)).equals(CC)).toBe(true);
  expect((await readFile(location.frameworkPath)).equals(FRAMEWORK)).toBe(true);
  expect(await ensure(sandbox, url)).toEqual({ ...location, source: 'cache' });
  expect(ranges).toEqual([undefined]);
  expect(await filesIn(join(sandbox.cache, 'downloads'))).toEqual([]);
});

test('MOCHI_LIBTENSORFLOW_ARCHIVE names another archive', async () => {
  const sandbox = await makeSandbox();
  const { url } = await serve(send(archive));
  const env = { ...sandbox.surroundings.env, FAKE_PIP: 'offline', MOCHI_LIBTENSORFLOW_ARCHIVE: url };
  expect(await ensureLibrary({ surroundings: { ...sandbox.surroundings, env } })).toMatchObject({ source: 'archive' });
});

test('a connection that breaks is continued where it broke', async () => {
  const sandbox = await makeSandbox({ pip: false });
  const { url, ranges } = await serve(sendPart(sandbox, archive, 150_000), send(archive));
  const { ccPath } = await ensure(sandbox, url);
  expect((await readFile(ccPath)).equals(CC)).toBe(true);
  expect(ranges).toEqual([undefined, 'bytes=150000-']);
});

test('a connection that stands still is given up and continued', async () => {
  const sandbox = await makeSandbox({ pip: false });
  const { url, ranges } = await serve(sendPart(sandbox, archive, 150_000, { then: 'stall' }), send(archive));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); // so that nothing else stands still for long enough
  try {
    const location = ensure(sandbox, url, { stallMs: 30_000 });
    await partOnDisk(sandbox, 150_000);
    vi.advanceTimersByTime(30_000);
    expect(await location).toMatchObject({ source: 'archive' });
  } finally {
    vi.useRealTimers();
  }
  expect(ranges).toEqual([undefined, 'bytes=150000-']);
});

test('what came before a failure is there for the next process', async () => {
  const sandbox = await makeSandbox({ pip: false });
  const { url, ranges } = await serve(sendPart(sandbox, archive, 150_000), refuse(403), send(archive));
  await expect(ensure(sandbox, url)).rejects.toMatchObject({
    code: 'MOCHI_NO_PIP',
    happened: expect.stringContaining('403') as string,
  });
  const { ccPath } = await ensure(sandbox, url);
  expect((await readFile(ccPath)).equals(CC)).toBe(true);
  expect(ranges).toEqual([undefined, 'bytes=150000-', 'bytes=150000-']);
});

test.each([
  { name: 'the file changed on the server', second: send(archive, { tag: '"two"' }) },
  {
    name: 'the server knows no ranges',
    second: (_: unknown, response: Parameters<ReturnType<typeof send>>[1]) => void response.end(archive),
  },
])('$name: the part is dropped and the whole is taken', async ({ second }) => {
  const sandbox = await makeSandbox({ pip: false });
  const { url } = await serve(sendPart(sandbox, archive.map((byte) => byte ^ 1) as Buffer, 150_000), second);
  expect((await readFile((await ensure(sandbox, url)).ccPath)).equals(CC)).toBe(true);
});

test('a part that is longer than the file is dropped', async () => {
  const sandbox = await makeSandbox({ pip: false });
  const { url, ranges } = await serve(
    sendPart(sandbox, Buffer.concat([archive, archive]), archive.length + 10),
    refuse(416),
    send(archive),
  );
  expect((await readFile((await ensure(sandbox, url)).ccPath)).equals(CC)).toBe(true);
  expect(ranges).toEqual([undefined, `bytes=${archive.length + 10}-`, undefined]);
});

test('a server that is down for a moment is asked again, one that stays down is MOCHI_NO_NETWORK', async () => {
  const sandbox = await makeSandbox();
  const env = { ...sandbox.surroundings.env, FAKE_PIP: 'offline' };
  const down = await serve(refuse(503));
  await expect(ensure(sandbox, down.url, { env })).rejects.toMatchObject({ code: 'MOCHI_NO_NETWORK' });
  expect(down.ranges).toHaveLength(4);
  const back = await serve(refuse(503), refuse(503), send(archive));
  expect(await ensure(sandbox, back.url, { env })).toMatchObject({ source: 'archive' });
});

test('a hash in the address is checked', async () => {
  const sandbox = await makeSandbox({ pip: false });
  const { url } = await serve(send(archive));
  const right = createHash('sha256').update(archive).digest('hex');
  await expect(ensure(sandbox, `${url}#sha256=${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'MOCHI_HASH_MISMATCH' });
  expect(await filesIn(sandbox.cache)).toEqual([]);
  expect(await ensure(sandbox, `${url}#sha256=${right}`)).toMatchObject({ source: 'archive' });
});

test.each([
  { name: 'damaged', file: Buffer.from(archive.map((byte, at) => (at === 200_000 ? byte ^ 1 : byte))) },
  { name: 'cut short, by a server that says so', file: archive.subarray(0, 200_000) },
  { name: 'without the framework library', file: await makeArchive({ names: ['libtensorflow.so.2.18.0'] }) },
  { name: 'no archive at all', file: Buffer.from('<html>sign in to the network</html>') },
])('an archive that is $name: MOCHI_LIBRARY_BROKEN, removed, and fetched anew the next time', async ({ file }) => {
  const sandbox = await makeSandbox({ pip: false });
  const { url } = await serve(send(file), send(archive));
  await expect(ensure(sandbox, url)).rejects.toMatchObject({ code: 'MOCHI_LIBRARY_BROKEN' });
  expect(await filesIn(sandbox.cache)).toEqual([]);
  expect(await ensure(sandbox, url)).toMatchObject({ source: 'archive' });
});
