import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32, createGunzip } from 'node:zlib';
import { isMochiError } from '@mochi/contract';
import { isDiskFull } from '@mochi/tensorflow';
import { extract } from 'tar-stream';
import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from 'yauzl';
import { entryPath, UnpackBudget, type UnpackLimits } from './entry-path.js';
import { archiveBroken, archiveUnsafe, dataDiskFull } from './errors.js';
import { headOf } from './head-of.js';
import { together } from '../together.js';

/**
 * Unpacks a tar, tar.gz or zip, told apart by its first bytes, into a folder that is there afterwards with all of it, or not at all: files are written
 * aside, and the folder is renamed at the end. Files and folders are all that is made; owners, permissions and times are not taken over.
 *
 * @param folder Must not be there yet; if it is, nothing happens. An archive of a single folder of that name is that folder.
 * @throws MOCHI_ARCHIVE_UNSAFE, MOCHI_ARCHIVE_TOO_BIG, MOCHI_ARCHIVE_BROKEN, MOCHI_DISK_FULL.
 */
export async function unpackArchive(archive: string, folder: string, limits: UnpackLimits): Promise<void> {
  if (existsSync(folder)) return;
  const aside = join(dirname(folder), `.${basename(folder)}.unpacking-${process.pid}`);
  const target: Target = { archive, folder: aside, budget: new UnpackBudget(archive, limits), made: new Set() };
  try {
    await rm(aside, { recursive: true, force: true });
    await mkdir(aside, { recursive: true });
    const head = await headOf(archive, 4);
    if (head.toString('latin1', 0, 2) === 'PK') await unpackZip(target);
    else await unpackTar(target, head[0] === 0x1f && head[1] === 0x8b);
    const top = join(aside, basename(folder));
    const isTop = (await readdir(aside)).length === 1 && existsSync(top);
    await rename(isTop ? top : aside, folder);
    await rm(aside, { recursive: true, force: true });
  } catch (cause) {
    await rm(aside, { recursive: true, force: true });
    if (isMochiError(cause)) throw cause;
    throw isDiskFull(cause) ? dataDiskFull(dirname(folder), `${archive} was unpacked`, cause) : archiveBroken(archive, cause);
  }
}

interface Target {
  readonly archive: string;
  readonly folder: string;
  readonly budget: UnpackBudget;
  /** Paths of files so far. */
  readonly made: Set<string>;
}

async function unpackTar(target: Target, zipped: boolean): Promise<void> {
  const entries = extract();
  const write = async (): Promise<void> => {
    for await (const entry of entries) {
      const { name, type } = entry.header;
      if (type === 'directory') await makeFolder(target, name);
      else if (type === 'file' || type === 'contiguous-file') await makeFile(target, name, entry);
      else throw archiveUnsafe(target.archive, name, `is a ${type ?? 'thing of an unknown kind'}`);
    }
  };
  const source = createReadStream(target.archive, { highWaterMark: 1 << 20 });
  const feed = zipped ? pipeline(source, createGunzip(), entries) : pipeline(source, entries);
  await together(feed, write());
}

const UNIX = 3;
const FORMAT_BITS = 0o170000;
const REGULAR = 0o100000;
const DIRECTORY = 0o040000;

async function unpackZip(target: Target): Promise<void> {
  const zip = await openPromise(target.archive, { lazyEntries: true, decodeStrings: false }); // names are judged here, not there
  try {
    for await (const entry of zip.eachEntry()) {
      const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
      const format = entry.versionMadeBy >> 8 === UNIX ? (entry.externalFileAttributes >>> 16) & FORMAT_BITS : 0;
      if (format !== 0 && format !== REGULAR && format !== DIRECTORY)
        throw archiveUnsafe(target.archive, name, 'is a link or a device');
      if (name.endsWith('/')) await makeFolder(target, name);
      else await makeFile(target, name, await contentOf(zip, entry), entry.crc32);
    }
  } finally {
    zip.close();
  }
}

/** yauzl may tell of damage before anybody reads: the stream keeps the error for who does. */
async function contentOf(zip: ZipFile, entry: Entry): Promise<AsyncIterable<unknown>> {
  const content = await zip.openReadStreamPromise(entry);
  content.on('error', (error) => content.destroy(error));
  return content;
}

async function makeFolder({ archive, folder, budget }: Target, name: string): Promise<void> {
  budget.entry();
  const path = entryPath(archive, folder, name);
  if (path !== null) await mkdir(path, { recursive: true });
}

/** @param crc What the archive says of the content, where it says so. */
async function makeFile(target: Target, name: string, content: AsyncIterable<unknown>, crc?: number): Promise<void> {
  const { archive, folder, budget, made } = target;
  budget.entry();
  const path = entryPath(archive, folder, name);
  if (path === null) throw archiveUnsafe(archive, name, 'is a file without a name');
  if (made.has(path)) throw archiveUnsafe(archive, name, 'comes twice');
  made.add(path);
  await mkdir(dirname(path), { recursive: true });
  let seen = 0;
  const watch = async function* (pieces: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
    for await (const piece of pieces as AsyncIterable<Buffer>) {
      budget.piece(piece.length);
      if (crc !== undefined) seen = crc32(piece, seen);
      yield piece;
    }
  };
  await pipeline(watch(content), createWriteStream(path, { flags: 'wx' })); // wx: never through anything that is there
  if (crc !== undefined && seen !== crc) throw new Error(`the content of ${name} has another checksum than the archive says`);
}
