import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { afterAll, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { codeOf } from '../../test/code-of.js';
import { unpackArchive } from './unpack.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-unpack-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let made = 0;
const LIMITS = { maxBytes: 1e6, maxEntries: 10 };

type Item = Partial<Header> & { name: string; content?: string };

async function tar(items: readonly Item[], zipped = false): Promise<string> {
  const path = join(scratch, `${made++}.tar`);
  const archive = pack();
  for (const { content = '', ...header } of items) archive.entry(header, content);
  archive.finalize();
  const to = createWriteStream(path);
  await (zipped ? pipeline(archive, createGzip(), to) : pipeline(archive, to));
  return path;
}

/** yazl refuses to write bad names: it writes others of the same length, and they are replaced in the file. */
async function zip(items: readonly { name: string; content?: string; mode?: number; as?: string }[]): Promise<string> {
  const path = join(scratch, `${made++}.zip`);
  const archive = new ZipFile();
  for (const { name, content = '', mode = 0o100644 } of items) archive.addBuffer(Buffer.from(content), name, { mode });
  archive.end();
  await pipeline(archive.outputStream, createWriteStream(path));
  let bytes = readFileSync(path).toString('latin1');
  for (const { name, as } of items) if (as) bytes = bytes.replaceAll(name, as);
  writeFileSync(path, Buffer.from(bytes, 'latin1'));
  return path;
}

const unpacked = async (archive: string): Promise<Record<string, string>> => {
  const folder = join(scratch, `out ${made++}`);
  await unpackArchive(archive, folder, LIMITS);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length + 1),
      readFileSync(join(parentPath, name), 'utf8'),
    ]),
  );
};
const ITEMS = [
  { name: 'a/ü x.bin', content: 'one' },
  { name: './b.bin', content: 'two' },
];

test('tar, tar.gz and zip give their files', async () => {
  const want = { 'a/ü x.bin': 'one', 'b.bin': 'two' };
  expect(await unpacked(await tar([{ name: 'a', type: 'directory' }, ...ITEMS]))).toEqual(want);
  expect(await unpacked(await tar(ITEMS, true))).toEqual(want);
  expect(
    await unpacked(
      await zip([
        { name: 'a/ü x.bin', content: 'one' },
        { name: 'b.bin', content: 'two' },
      ]),
    ),
  ).toEqual(want);
});

const bad: [what: string, archive: () => Promise<string>, code: string][] = [
  ['tar: a path that leads out', () => tar([{ name: '../evil', content: 'x' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['tar: a path that leads out further down', () => tar([{ name: 'a/../../evil', content: 'x' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['tar: an absolute path', () => tar([{ name: '/tmp/evil', content: 'x' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['tar: a path of another system', () => tar([{ name: 'a\\..\\evil', content: 'x' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['tar: a symbolic link', () => tar([{ name: 'l', type: 'symlink', linkname: '/etc' }, { name: 'l/passwd', content: 'x' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['tar: a hard link', () => tar([{ name: 'l', type: 'link', linkname: '/etc/passwd' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['tar: a device', () => tar([{ name: 'd', type: 'character-device' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['tar: a name twice', () => tar([{ name: 'a', content: 'x' }, { name: './a', content: 'y' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['tar: too many entries', () => tar(Array.from({ length: 11 }, (_, at) => ({ name: `${at}` }))), 'MOCHI_ARCHIVE_TOO_BIG'],
  ['tar.gz: a bomb', () => tar([{ name: 'bomb', content: '\0'.repeat(2e6) }], true), 'MOCHI_ARCHIVE_TOO_BIG'],
  ['zip: a path that leads out', () => zip([{ name: 'aa_evil', as: '../evil' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['zip: an absolute path', () => zip([{ name: '_evil', as: '/evil' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['zip: a drive', () => zip([{ name: 'C__evil', as: 'C:/evil' }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['zip: a symbolic link', () => zip([{ name: 'l', content: '/etc', mode: 0o120777 }]), 'MOCHI_ARCHIVE_UNSAFE'],
  ['zip: a bomb', () => zip([{ name: 'bomb', content: '\0'.repeat(2e6) }]), 'MOCHI_ARCHIVE_TOO_BIG'],
]; // prettier-ignore

test.each(bad)('%s is refused, and nothing is left', async (_, archive, code) => {
  const [path, folder] = [await archive(), join(scratch, `refused ${made++}`)];
  const before = readdirSync(scratch).sort();
  expect(await codeOf(() => unpackArchive(path, folder, LIMITS))).toBe(code);
  expect(readdirSync(scratch).sort()).toEqual(before);
  expect(existsSync(join(scratch, 'evil')) || existsSync(join(scratch, '..', 'evil'))).toBe(false);
});

test('what is cut short, damaged or no archive is named, and nothing is left', async () => {
  const whole = [await tar(ITEMS), await tar(ITEMS, true), await zip([{ name: 'b.bin', content: 'words '.repeat(50) }])];
  const damaged = whole.map((path) => {
    const bytes = readFileSync(path);
    const cut = `${path}.cut`;
    writeFileSync(cut, path.endsWith('zip') ? bytes : bytes.subarray(0, bytes.length / 2 - 200));
    return cut;
  });
  const flipped = readFileSync(damaged[2]!);
  flipped[flipped.indexOf('b.bin') + 8]! ^= 0x55; // within the content
  writeFileSync(damaged[2]!, flipped);
  const text = join(scratch, 'page.tar');
  writeFileSync(text, '<html>please log in</html>'.repeat(40));
  for (const path of [...damaged, text, join(scratch, 'absent')]) {
    const folder = join(scratch, 'never');
    await expect(unpackArchive(path, folder, LIMITS)).rejects.toThrow(/MOCHI_ARCHIVE_BROKEN/);
    expect(readdirSync(scratch).filter((name) => name.includes('never'))).toEqual([]);
  }
});

test('a folder that is there is left alone', async () => {
  const folder = join(scratch, 'kept');
  await unpackArchive(await tar(ITEMS), folder, LIMITS);
  writeFileSync(join(folder, 'b.bin'), 'mine');
  await unpackArchive(await tar(ITEMS), folder, LIMITS);
  expect(readFileSync(join(folder, 'b.bin'), 'utf8')).toBe('mine');
});
