import { inflateSync } from 'node:zlib';
import { dataCorrupt } from '../file-errors.js';

/** A value of a MATLAB file. Numbers and texts of one element stand for themselves in an array of one. Column-major, as MATLAB has it. */
export type MatValue =
  | { readonly kind: 'numbers'; readonly dims: readonly number[]; readonly values: readonly number[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'cell'; readonly dims: readonly number[]; readonly cells: readonly MatValue[] }
  | { readonly kind: 'struct'; readonly dims: readonly number[]; readonly rows: readonly Readonly<Record<string, MatValue>>[] };

/** Data types of elements: bytes of one number, and its reader. */
type Reader = (view: DataView, at: number, little: boolean) => number;
const NUMBERS: Readonly<Record<number, readonly [bytes: number, read: Reader]>> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
  12: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  13: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
};
const MATRIX = 14;
const COMPRESSED = 15;
const UTF8 = 16;
const UTF16 = 17;
const HEADER = 128;
/** Bytes that a packed variable may unpack to: annotation files have a few million. */
const LARGEST = 2 ** 28;
/** Array classes. */
const CELL = 1;
const STRUCT = 2;
const CHAR = 4;
const [FIRST_NUMERIC, LAST_NUMERIC] = [6, 15];

interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Where the next element begins. */
  readonly next: number;
}

/**
 * The variables of a MATLAB file of level 5 (`save -v6` and `-v7`): numbers, texts, cells and structs, which is what annotation files are
 * made of. Sparse arrays, objects and functions are left out.
 *
 * @param file Its name, for errors. @throws MOCHI_DATA_CORRUPT for a file of another kind (7.3 is HDF5) or one that is cut short.
 * @see MAT-File Format, The MathWorks
 */
export function readMat(file: string, bytes: Uint8Array): ReadonlyMap<string, MatValue> {
  const expected = 'a whole MATLAB file of level 5 (not 7.3, which is HDF5)';
  const mark = Buffer.from(bytes.subarray(126, 128)).toString('latin1');
  if (bytes.length < HEADER || (mark !== 'IM' && mark !== 'MI'))
    throw dataCorrupt(file, 'byte 126', 'it does not begin as a MATLAB 5 file', expected);
  const variables = new Map<string, MatValue>();
  let at = HEADER;
  try {
    while (at < bytes.length) {
      const element = readElement(bytes, at, mark === 'IM', false);
      const inner =
        element.type === COMPRESSED
          ? readElement(inflateSync(element.bytes, { maxOutputLength: LARGEST }), 0, mark === 'IM', false)
          : element;
      if (inner.type === MATRIX) {
        const { name, value } = readMatrix(inner.bytes, mark === 'IM');
        if (value) variables.set(name, value);
      }
      at = element.next;
    }
  } catch (cause) {
    throw dataCorrupt(file, `the variable at byte ${at}`, (cause as Error).message, expected, cause);
  }
  return variables;
}

/** @param aligned Whether data is padded to 8 bytes; compressed and top elements are not. */
function readElement(bytes: Uint8Array, at: number, little: boolean, aligned: boolean): Element {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = view.getUint32(at, little);
  const small = tag >>> 16; // up to four bytes stand in the tag itself
  const type = small > 0 ? tag & 0xffff : tag;
  const length = small > 0 ? small : view.getUint32(at + 4, little);
  const from = at + (small > 0 ? 4 : 8);
  if (from + length > bytes.length) throw new RangeError('it is cut short');
  const end = from + length;
  return { type, bytes: bytes.subarray(from, end), next: small > 0 ? at + 8 : aligned ? Math.ceil(end / 8) * 8 : end };
}

function readMatrix(bytes: Uint8Array, little: boolean): { name: string; value: MatValue | undefined } {
  if (bytes.length === 0) return { name: '', value: { kind: 'numbers', dims: [0, 0], values: [] } }; // an empty cell
  let at = 0;
  const next = (): Element => {
    const element = readElement(bytes, at, little, true);
    at = element.next;
    return element;
  };
  const arrayClass = numbersOf({ ...next(), type: 6 }, little)[0]! & 0xff;
  const dims = numbersOf(next(), little);
  const name = Buffer.from(next().bytes).toString('latin1');
  const count = dims.reduce((product, side) => product * side, 1);
  if (count > bytes.length) throw new RangeError(`it claims ${count} elements in ${bytes.length} bytes`); // before memory is taken for them
  const matrix = (): MatValue => readMatrix(next().bytes, little).value ?? { kind: 'text', text: '' };
  if (arrayClass === CELL) return { name, value: { kind: 'cell', dims, cells: Array.from({ length: count }, matrix) } };
  if (arrayClass === STRUCT) {
    const width = numbersOf(next(), little)[0]!; // each field's name is padded to this
    const fields = splitNames(next().bytes, width);
    const rows = Array.from({ length: count }, () => Object.fromEntries(fields.map((field) => [field, matrix()])));
    return { name, value: { kind: 'struct', dims, rows } };
  }
  if (arrayClass === CHAR) return { name, value: { kind: 'text', text: textOf(next(), little) } };
  if (arrayClass < FIRST_NUMERIC || arrayClass > LAST_NUMERIC) return { name, value: undefined };
  return { name, value: { kind: 'numbers', dims, values: numbersOf(next(), little) } };
}

function numbersOf({ type, bytes }: Element, little: boolean): number[] {
  const reader = NUMBERS[type];
  if (!reader) throw new TypeError(`it has numbers of the unknown type ${type}`);
  const [size, read] = reader;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, at) => read(view, at * size, little));
}

/** Texts are one row each, in UTF-8, UTF-16, or as numbers of two bytes. */
function textOf(element: Element, little: boolean): string {
  if (element.type === UTF8) return Buffer.from(element.bytes).toString('utf8');
  const units = numbersOf(element.type === UTF16 ? { ...element, type: 4 } : element, little);
  return units.map((unit) => String.fromCharCode(unit)).join('');
}

function splitNames(bytes: Uint8Array, width: number): string[] {
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, at) => {
    const name = Buffer.from(bytes.subarray(at * width, (at + 1) * width)).toString('latin1');
    return name.slice(0, name.indexOf('\0') < 0 ? name.length : name.indexOf('\0'));
  });
}
