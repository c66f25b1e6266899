import { safetensorsEntry } from './errors.js';
import { ARRAY_TYPES, METADATA_KEY, PREFIX_BYTES, elementCount, type SafetensorsEntry } from './format.js';

/** Named tensors to write: a Map or anything that iterates over pairs. */
export type SafetensorsEntries = Iterable<readonly [string, SafetensorsEntry]>;

/**
 * A safetensors file. Equal entries give equal bytes, whatever their order: wide elements stand first, then by name, so that every tensor
 * is aligned to its element.
 *
 * @param metadata Free text entries, kept under `__metadata__`.
 * @throws MOCHI_SAFETENSORS_ENTRY when data, dtype and shape disagree, or a name is taken or reserved.
 * @see https://github.com/huggingface/safetensors, section Format
 */
export function encodeSafetensors(entries: SafetensorsEntries, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const sorted = [...entries].sort(([nameA, a], [nameB, b]) => width(b) - width(a) || (nameA < nameB ? -1 : 1));
  const seen = new Set<string>();
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata]] : [];
  let at = 0;
  for (const [name, entry] of sorted) {
    checkEntry(name, entry, seen);
    header.push([name, { dtype: entry.dtype, shape: entry.shape, data_offsets: [at, at + entry.data.byteLength] }]);
    at += entry.data.byteLength;
  }
  const text = new TextEncoder().encode(toJson(header));
  const headerBytes = Math.ceil(text.byteLength / 8) * 8; // padded with spaces: the data begins at a multiple of 8
  const file = new Uint8Array(PREFIX_BYTES + headerBytes + at).fill(0x20, PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(text, PREFIX_BYTES);
  let offset = PREFIX_BYTES + headerBytes;
  for (const [, { data }] of sorted) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

const width = (entry: SafetensorsEntry): number => ARRAY_TYPES[entry.dtype].BYTES_PER_ELEMENT;

/** Pairs, not an object: an object would put names that look like integers first. */
const toJson = (pairs: readonly [string, unknown][]): string =>
  `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;

function checkEntry(name: string, { dtype, shape, data }: SafetensorsEntry, seen: Set<string>): void {
  if (seen.has(name) || name === METADATA_KEY) throw safetensorsEntry(name, 'the name is taken', 'Each name once.');
  seen.add(name);
  const type = ARRAY_TYPES[dtype];
  if (!(data instanceof (type as never as new () => object)))
    throw safetensorsEntry(name, `its data is a ${data.constructor.name}`, `${dtype} data in a typed array of that type.`);
  if (data.length !== elementCount(shape)) {
    throw safetensorsEntry(
      name,
      `it has ${data.length} elements and shape [${shape.join(', ')}]`,
      `${elementCount(shape)} elements.`,
    );
  }
}
