/** Element types that are read and written. F16 and BF16 are read too, widened to F32. */
export type SafetensorsDtype = 'F64' | 'F32' | 'I64' | 'I32' | 'U8' | 'BOOL';

export type SafetensorsData = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** A named tensor on the host. `data` is row-major; BOOL is one byte each, 0 or 1. */
export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: SafetensorsData;
}

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): SafetensorsData;
}

export const ARRAY_TYPES: Readonly<Record<SafetensorsDtype, ArrayType>> = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/** Bytes before the JSON header: its length, unsigned 64 bits, little-endian. */
export const PREFIX_BYTES = 8;

/** The format's own limit for the JSON header. */
export const MAX_HEADER_BYTES = 100_000_000;

export const METADATA_KEY = '__metadata__';

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
