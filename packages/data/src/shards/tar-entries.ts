import { dataCorrupt } from '../file-errors.js';
import { FileWindow } from './file-window.js';

/** A file in a tar, where its bytes are. */
export interface TarEntry {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** Its bytes, good until the next entry is asked for. */
  read(): Promise<Uint8Array>;
}

const BLOCK = 512;
const EXPECTED = 'a whole tar archive, not compressed, whose images are read in place';

/**
 * The files of a tar, in their order, and where they begin; only headers are read. Folders, links and devices are passed over. Names may be
 * long (ustar, pax or GNU).
 *
 * @throws MOCHI_DATA_CORRUPT names the tar and the byte where it is cut short or is no tar.
 */
export async function* tarEntries(path: string): AsyncGenerator<TarEntry> {
  const file = await opened(path);
  let at = 0;
  let given: { path?: string; size?: number } = {}; // what a pax or GNU header says of the entry after it
  try {
    for (;;) {
      const header = await file.read(at, BLOCK);
      if (at === 0 && header[0] === 0x1f && header[1] === 0x8b) throw new Error('it is compressed; unpack it with gunzip');
      if (header.every((byte) => byte === 0)) return;
      if (!checksumFits(header)) throw new Error('it has no header of a tar entry there');
      const type = String.fromCharCode(header[156]!);
      const size = given.size ?? numberOf(header.subarray(124, 136));
      const offset = at + BLOCK;
      if (offset + size > file.size) throw new Error(`it is cut short: "${given.path ?? nameOf(header)}" needs ${size} bytes`);
      const next = offset + Math.ceil(size / BLOCK) * BLOCK;
      if (type === 'x') given = { ...given, ...paxOf(await file.read(offset, size)) };
      else if (type === 'L') given = { ...given, path: textOf(await file.read(offset, size)) };
      else if (type !== 'g' && type !== 'K') {
        if (type === '0' || type === '\0' || type === '7')
          yield { name: given.path ?? nameOf(header), offset, size, read: () => file.read(offset, size) };
        given = {};
      }
      at = next;
    }
  } catch (cause) {
    const why = cause instanceof RangeError ? 'it is cut short: two empty blocks end a tar' : (cause as Error).message;
    throw dataCorrupt(path, `byte ${at}`, why, EXPECTED, cause);
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileWindow> {
  try {
    return await FileWindow.open(path);
  } catch (cause) {
    throw dataCorrupt(path, 'byte 0', `it cannot be read: ${(cause as Error).message}`, EXPECTED, cause);
  }
}

const textOf = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
};

function nameOf(header: Uint8Array): string {
  const name = textOf(header.subarray(0, 100));
  const prefix = textOf(header.subarray(257, 262)) === 'ustar' && header[262] === 0 ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal digits; or, with the first bit set, a binary number (files of 8 GiB and more). */
function numberOf(field: Uint8Array): number {
  if (field[0]! & 0x80) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, field[0]! & 0x7f);
  return parseInt(textOf(field).trim() || '0', 8);
}

/** The sum of a header's bytes, its own field counted as spaces, stands in it. */
function checksumFits(header: Uint8Array): boolean {
  let sum = 8 * 32;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += header[at]!;
  return sum === numberOf(header.subarray(148, 156));
}

/** Records "LENGTH KEY=VALUE\n" of a pax header. */
function paxOf(bytes: Uint8Array): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const length = Number(Buffer.from(bytes.subarray(at, space)).toString('latin1'));
    if (space < 0 || !(length > 0)) break;
    const record = Buffer.from(bytes.subarray(space + 1, at + length - 1)).toString('utf8');
    const [key, value] = [record.slice(0, record.indexOf('=')), record.slice(record.indexOf('=') + 1)];
    if (key === 'path') found.path = value;
    if (key === 'size') found.size = Number(value);
    at += length;
  }
  return found;
}
