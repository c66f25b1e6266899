import koffi from 'koffi';
import { badValues, outOfInt32 } from '../errors.js';
import type { NativeApi, Pointer } from './api.js';
import { DTYPES, dtypeBytes, dtypeName } from './dtypes.js';
import type { Status } from './status.js';

/** What a tensor can be made of: numbers of the dtype's width, or strings (JavaScript's, taken as UTF-8, or bytes). */
export type Values = ArrayBufferView | readonly number[] | readonly boolean[] | readonly (string | Uint8Array)[];

const STRING_BYTES = 24; // sizeof(TF_TString)

export const sizeOf = (shape: readonly number[]): number => {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
};

const NO_DIMS = new BigInt64Array(1);
export const toLongs = (dims: readonly number[]): BigInt64Array => {
  if (dims.length === 0) return NO_DIMS;
  const longs = new BigInt64Array(dims.length);
  for (let i = 0; i < dims.length; i++) longs[i] = BigInt(dims[i]!);
  return longs;
};

/** Copies numbers into a new TF_Tensor; the caller deletes it. */
export function newTensor(api: NativeApi, shape: readonly number[], dtype: number, values: Values): Pointer {
  const size = sizeOf(shape);
  const bytes = size * (dtypeBytes(dtype) ?? fail(dtype, shape, 'values of this dtype'));
  const source = ArrayBuffer.isView(values) ? fitted(values, dtype, size) : typedArray(values, dtype, shape);
  if (source.byteLength !== bytes) fail(dtype, shape, `${source.byteLength} bytes, ${bytes} are needed`);
  const tensor = api.TF_AllocateTensor(dtype, toLongs(shape), shape.length, bytes);
  if (bytes > 0) {
    const target = new Uint8Array(koffi.view(api.TF_TensorData(tensor), bytes));
    target.set(new Uint8Array(source.buffer, source.byteOffset, bytes));
  }
  return tensor;
}

/**
 * A TF_Tensor of string views into `store`. TensorFlow must copy it before `store` goes: a tensor made by TF_AllocateTensor is freed without
 * its strings, so strings that it owned would leak.
 */
export function newStringViews(api: NativeApi, shape: readonly number[], values: Values): { tensor: Pointer; store: Buffer } {
  const size = sizeOf(shape);
  const list = values as readonly (string | Uint8Array)[];
  if (list.length !== size) fail(DTYPES.string, shape, `${list.length} strings, ${size} are needed`);
  const bytes = list.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
  const store = Buffer.allocUnsafeSlow(
    Math.max(
      1,
      bytes.reduce((sum, b) => sum + b.byteLength, 0),
    ),
  );
  const tensor = api.TF_AllocateTensor(DTYPES.string, toLongs(shape), shape.length, size * STRING_BYTES);
  if (size > 0) {
    const base = koffi.address(store);
    let element = api.TF_TensorData(tensor);
    let offset = 0;
    for (const item of bytes) {
      store.set(item, offset);
      api.TF_StringInit(element);
      api.TF_StringAssignView(element, base + BigInt(offset), item.byteLength);
      offset += item.byteLength;
      element += BigInt(STRING_BYTES);
    }
  }
  return { tensor, store };
}

/** TF.js hands bool and complex64 around as other arrays of the same values; widths must match the dtype, else elements are converted. */
function fitted(values: ArrayBufferView, dtype: number, size: number): ArrayBufferView {
  if (values.byteLength === size * dtypeBytes(dtype)!) return values;
  const list = values as unknown as ArrayLike<number>;
  return list.length === size ? typedArray(Array.from(list), dtype, [size]) : values;
}

function typedArray(values: readonly unknown[], dtype: number, shape: readonly number[]): ArrayBufferView {
  const numbers = values as readonly number[];
  switch (dtype) {
    case DTYPES.float32:
    case DTYPES.complex64:
      return Float32Array.from(numbers);
    case DTYPES.float64:
      return Float64Array.from(numbers);
    case DTYPES.int32:
      return Int32Array.from(numbers);
    case DTYPES.uint32:
      return Uint32Array.from(numbers);
    case DTYPES.int64:
      return BigInt64Array.from(numbers, BigInt);
    case DTYPES.uint64:
      return BigUint64Array.from(numbers, BigInt);
    case DTYPES.int16:
      return Int16Array.from(numbers);
    case DTYPES.uint16:
      return Uint16Array.from(numbers);
    case DTYPES.int8:
      return Int8Array.from(numbers);
    case DTYPES.uint8:
    case DTYPES.bool:
      return Uint8Array.from(numbers, Number);
    default:
      return fail(dtype, shape, 'a list of numbers');
  }
}

function fail(dtype: number, shape: readonly number[], found: string): never {
  throw badValues(dtypeName(dtype), shape, found);
}

/** The bytes of an eager handle, copied. */
export function readBytes(api: NativeApi, status: Status, handle: Pointer): ArrayBuffer {
  const tensor = api.TFE_TensorHandleResolve(handle, status.pointer);
  status.check('reading a tensor');
  const bytes = api.TF_TensorByteSize(tensor);
  const copy = bytes === 0 ? new ArrayBuffer(0) : koffi.view(api.TF_TensorData(tensor), bytes).slice(0);
  api.TF_DeleteTensor(tensor);
  return copy;
}

/** The elements of a string tensor, copied. */
export function readStrings(api: NativeApi, status: Status, handle: Pointer): Uint8Array[] {
  const tensor = api.TFE_TensorHandleResolve(handle, status.pointer);
  status.check('reading a tensor');
  const size = api.TF_TensorByteSize(tensor) / STRING_BYTES;
  const strings: Uint8Array[] = [];
  let element = size === 0 ? 0n : api.TF_TensorData(tensor);
  for (let i = 0; i < size; i++, element += BigInt(STRING_BYTES)) {
    const length = api.TF_StringGetSize(element);
    strings.push(
      length === 0 ? new Uint8Array() : new Uint8Array(koffi.view(api.TF_StringGetDataPointer(element), length).slice(0)),
    );
  }
  api.TF_DeleteTensor(tensor);
  return strings;
}

/** Values as TensorFlow.js shows them: every integer as int32, every float as float32. */
export function toJsArray(bytes: ArrayBuffer, dtype: number): Float32Array | Int32Array | Uint8Array {
  switch (dtype) {
    case DTYPES.float32:
    case DTYPES.complex64:
      return new Float32Array(bytes);
    case DTYPES.int32:
      return new Int32Array(bytes);
    case DTYPES.bool:
      return new Uint8Array(bytes);
    case DTYPES.uint8:
      return Int32Array.from(new Uint8Array(bytes));
    case DTYPES.int8:
      return Int32Array.from(new Int8Array(bytes));
    case DTYPES.int16:
      return Int32Array.from(new Int16Array(bytes));
    case DTYPES.uint16:
      return Int32Array.from(new Uint16Array(bytes));
    case DTYPES.uint32:
      return narrowed(new BigInt64Array(Array.from(new Uint32Array(bytes), BigInt)));
    case DTYPES.int64:
      return narrowed(new BigInt64Array(bytes));
    case DTYPES.uint64:
      return narrowed(new BigUint64Array(bytes));
    case DTYPES.float64:
      return Float32Array.from(new Float64Array(bytes));
    case DTYPES.bfloat16:
      return new Float32Array(Uint32Array.from(new Uint16Array(bytes), (half) => half * 65_536).buffer);
    case DTYPES.float16:
      return Float32Array.from(new Uint16Array(bytes), fromHalf);
    default:
      throw badValues(dtypeName(dtype), [], 'a handle: it has no values to read');
  }
}

function narrowed(values: BigInt64Array | BigUint64Array): Int32Array {
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > 2147483647n || value < -2147483648n) throw outOfInt32(value);
    result[i] = Number(value);
  }
  return result;
}

/** IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction. */
function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
