/** A tensor of a reference file. */
export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly values: Float64Array | Float32Array | Int32Array | Uint8Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/**
 * The tensors of a safetensors file: an 8-byte little-endian length, a JSON header, the bytes.
 * Written apart from the product's own reader, so that a fault in that one cannot hide itself in the tests that use this.
 */
export function parseSafetensors(bytes: Uint8Array): Map<string, ReferenceTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<string, Entry>;
  const tensors = new Map<string, ReferenceTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape } = entry;
    const [from, to] = entry.data_offsets;
    // A copy, since typed arrays need aligned offsets and the file has none. Not slice(), which is a view where the bytes are a Buffer.
    const data = new Uint8Array(bytes.subarray(8 + headerLength + from, 8 + headerLength + to)).buffer;
    tensors.set(name, { shape, ...decode(dtype, data, name) });
  }
  return tensors;
}

function decode(dtype: string, data: ArrayBuffer, name: string): Pick<ReferenceTensor, 'dtype' | 'values'> {
  switch (dtype) {
    case 'F64':
      return { dtype: 'float32', values: new Float64Array(data) };
    case 'F32':
      return { dtype: 'float32', values: new Float32Array(data) };
    case 'I64':
      return { dtype: 'int32', values: Int32Array.from(new BigInt64Array(data), (value) => toInt32(value, name)) };
    case 'I32':
      return { dtype: 'int32', values: new Int32Array(data) };
    case 'U8':
      return { dtype: 'int32', values: new Uint8Array(data) };
    case 'BOOL':
      return { dtype: 'bool', values: new Uint8Array(data) };
    default:
      throw new Error(`${name} has the type ${dtype}, which this reader does not know`);
  }
}

function toInt32(value: bigint, name: string): number {
  if (BigInt.asIntN(32, value) !== value) throw new Error(`${name} holds ${value}, which is no 32-bit integer`);
  return Number(value);
}
