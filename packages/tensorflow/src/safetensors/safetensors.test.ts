import { describe, expect, test } from 'vitest';
import { encodeSafetensors, readSafetensors, readSafetensorsMetadata, type SafetensorsEntry } from './index.js';

const entries: [string, SafetensorsEntry][] = [
  ['bytes', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ['flags', { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }],
  ['weights', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1.5, -2, 3e-8, 1e30) }],
  ['10', { dtype: 'I32', shape: [], data: Int32Array.of(-7) }],
  ['2', { dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 2n ** 53n) }],
  ['precise', { dtype: 'F64', shape: [1], data: Float64Array.of(Math.PI) }],
  ['empty', { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) }],
];

/** A file with this header text and these data bytes. */
function fileOf(header: string, data: number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

const invalid = expect.objectContaining({ code: 'MOCHI_SAFETENSORS_INVALID' });

describe('safetensors', () => {
  test('what is written is read back', () => {
    const read = readSafetensors(encodeSafetensors(entries, { by: 'mochi' }));
    expect(read.size).toBe(entries.length);
    for (const [name, entry] of entries) expect(read.get(name)).toEqual(entry);
  });

  test('metadata is kept, and absent metadata is empty', () => {
    expect(readSafetensorsMetadata(encodeSafetensors(entries, { by: 'möchi' }))).toEqual({ by: 'möchi' });
    expect(readSafetensorsMetadata(encodeSafetensors(entries))).toEqual({});
  });

  test('equal entries give equal bytes, whatever their order; every tensor is aligned', () => {
    const file = encodeSafetensors(entries);
    expect(encodeSafetensors([...entries].reverse())).toEqual(file);
    for (const { data } of readSafetensors(file).values()) expect(data.buffer).toBe(file.buffer); // views, so no copy was needed
  });

  test('bytes at an odd offset of their buffer are read', () => {
    const file = encodeSafetensors(entries);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    for (const bytes of [shifted.subarray(3), Buffer.from(shifted.buffer, 3)]) {
      expect(readSafetensors(bytes).get('precise')?.data).toEqual(Float64Array.of(Math.PI));
    }
  });

  test('half and brain floats are widened', () => {
    const header = JSON.stringify({
      h: { dtype: 'F16', shape: [4], data_offsets: [0, 8] },
      b: { dtype: 'BF16', shape: [1], data_offsets: [8, 10] },
    });
    const read = readSafetensors(fileOf(header, [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c, 0xc0, 0x3f]));
    expect(read.get('h')).toEqual({ dtype: 'F32', shape: [4], data: Float32Array.of(1, -2, 2 ** -24, Infinity) });
    expect(read.get('b')).toEqual({ dtype: 'F32', shape: [1], data: Float32Array.of(1.5) });
  });

  test('a file cut anywhere is refused', () => {
    const file = encodeSafetensors(entries);
    for (let length = 0; length < file.length; length++) expect(() => readSafetensors(file.subarray(0, length))).toThrow(invalid);
  });

  test.each([
    { name: 'bytes after the end', file: Uint8Array.of(...encodeSafetensors(entries), 0) },
    { name: 'a header that is not JSON', file: fileOf('not json') },
    { name: 'a header that is a list', file: fileOf('[]') },
    { name: 'an endless header length', file: new Uint8Array(16).fill(255) },
    { name: 'a gap between tensors', file: fileOf('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', [0, 0]) },
    {
      name: 'tensors that overlap',
      file: fileOf(
        '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        [0, 0, 0],
      ),
    },
    { name: 'too few bytes for the shape', file: fileOf('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', [0, 0, 0, 0]) },
    { name: 'a negative side', file: fileOf('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}') },
    { name: 'an unknown element type', file: fileOf('{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}', [0]) },
    { name: 'metadata that is not text', file: fileOf('{"__metadata__":{"a":1}}') },
  ])('refused: $name', ({ file }) => {
    expect(() => readSafetensors(file)).toThrow(invalid);
  });

  test('data that disagrees with its shape or type is not written', () => {
    const entryError = expect.objectContaining({ code: 'MOCHI_SAFETENSORS_ENTRY' });
    expect(() => encodeSafetensors([['a', { dtype: 'F32', shape: [3], data: new Float32Array(2) }]])).toThrow(entryError);
    expect(() => encodeSafetensors([['a', { dtype: 'F32', shape: [2], data: new Int32Array(2) }]])).toThrow(entryError);
    expect(() => encodeSafetensors([...entries, ...entries])).toThrow(entryError);
  });
});
