import { crc32 } from 'node:zlib';
import { weightsFile } from '../errors.js';

const [END, END_64, LOCATOR_64, RECORD, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const FITS = 0xffffffff; // a size or an offset that does not fit 32 bits stands in the extra field instead
const COMMENT = 0xffff; // bytes of the comment at most, which may follow the end

/** A file as the directory of the archive has it. */
interface Entry {
  readonly name: string;
  readonly compression: number;
  /** 0: not computed, as torch.serialization.set_crc32_options(False) leaves it. */
  readonly crc: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly at: number;
}

/**
 * The files of a zip archive by path, as views of its bytes. As torch.save writes them: not compressed, each with a checksum.
 *
 * @throws MOCHI_WEIGHTS_FILE where one is compressed, the archive states more than it has, or a content has another checksum.
 */
export function readStoredZip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = within(() => [...entriesOf(view)]);
  const compressed = entries.find(({ compression }) => compression !== 0);
  if (compressed) throw weightsFile(`${compressed.name} in it is compressed, which torch.save never does`);
  if (!(entries.reduce((total, { size }) => total + size, 0) <= bytes.length))
    throw weightsFile('its zip archive states more than it has');
  return new Map(entries.map((entry) => [entry.name, contentOf(entry, view, bytes)]));
}

function contentOf({ name, at, size, crc }: Entry, view: DataView, bytes: Uint8Array): Uint8Array {
  const from = within(() => {
    if (view.getUint32(at, true) !== LOCAL) throw new RangeError('no local header');
    return at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  });
  const content = bytes.subarray(from, from + size);
  if (content.length !== size) throw weightsFile('its zip archive states more than it has');
  if (crc !== 0 && crc32(content) !== crc)
    throw weightsFile(`${name} in it is not what was saved: its checksum is another than the archive says`);
  return content;
}

function* entriesOf(view: DataView): Generator<Entry> {
  let { records, at } = directoryOf(view);
  for (; records > 0; records--) {
    if (view.getUint32(at, true) !== RECORD) throw new RangeError('no record of the directory');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number]; // prettier-ignore
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength));
    const extra = wideFields(view, at + 46 + nameLength, extraLength);
    const wide = (field: number): number => {
      const short = view.getUint32(at + field, true);
      return short === FITS ? extra() : short;
    };
    const original = wide(24);
    const size = Math.max(wide(20), original); // not compressed: both are the same
    yield { name, compression: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true), size, at: wide(42) };
    at += 46 + nameLength + extraLength + commentLength;
  }
}

/** The numbers of 64 bits in a record's extra field, one after the other. */
function wideFields(view: DataView, from: number, length: number): () => number {
  let at = from;
  while (at < from + length && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
  at += 4;
  return () => {
    if (at + 8 > from + length) throw new RangeError('a number of 64 bits is missing');
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  };
}

/** How many records the directory has and where it begins: what torch.save writes says so in 64 bits too. */
function directoryOf(view: DataView): { records: number; at: number } {
  const last = view.byteLength - 22;
  let end = last;
  while (view.getUint32(end, true) !== END) if (--end < last - COMMENT) throw new RangeError('no end of the directory');
  if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR_64) {
    const wide = Number(view.getBigUint64(end - 12, true));
    if (view.getUint32(wide, true) === END_64)
      return { records: Number(view.getBigUint64(wide + 32, true)), at: Number(view.getBigUint64(wide + 48, true)) };
  }
  return { records: view.getUint16(end + 10, true), at: view.getUint32(end + 16, true) };
}

/** @throws MOCHI_WEIGHTS_FILE where reading goes past the end. */
function within<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw weightsFile('its zip archive is damaged', cause);
  }
}
