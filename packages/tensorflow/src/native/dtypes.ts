import type { DataType } from '@tensorflow/tfjs-core';

/** Numbers of TensorFlow's TF_DataType. */
export const DTYPES = {
  float32: 1, float64: 2, int32: 3, uint8: 4, int16: 5, int8: 6, string: 7, complex64: 8, int64: 9, bool: 10,
  bfloat16: 14, uint16: 17, float16: 19, resource: 20, variant: 21, uint32: 22, uint64: 23,
} as const; // prettier-ignore

/** A dtype of TensorFlow. TensorFlow.js knows five of them; the others appear there as the nearest one (see `jsDtype`). */
export type NativeDtype = keyof typeof DTYPES;

const NAMES = new Map<number, NativeDtype>(Object.entries(DTYPES).map(([name, code]) => [code, name as NativeDtype]));

/** Bytes of one element; string, resource and variant have none. */
const BYTES: Partial<Record<NativeDtype, number>> = {
  float32: 4, float64: 8, int32: 4, uint8: 1, int16: 2, int8: 1, complex64: 8, int64: 8, bool: 1, bfloat16: 2, uint16: 2, float16: 2, uint32: 4, uint64: 8,
}; // prettier-ignore

const JS: Record<NativeDtype, DataType> = {
  float32: 'float32', float64: 'float32', float16: 'float32', bfloat16: 'float32', int32: 'int32', uint8: 'int32', int16: 'int32', int8: 'int32',
  int64: 'int32', uint16: 'int32', uint32: 'int32', uint64: 'int32', bool: 'bool', complex64: 'complex64', string: 'string', resource: 'string', variant: 'string',
}; // prettier-ignore

const JS_BY_CODE = new Map<number, DataType>([...NAMES].map(([code, name]) => [code, JS[name]]));

export const dtypeName = (code: number): NativeDtype => NAMES.get(code) ?? (`dtype ${code}` as NativeDtype);
export const dtypeBytes = (code: number): number | undefined => BYTES[dtypeName(code)];
/** The dtype under which TensorFlow.js sees a native one: int32 for every integer, float32 for every float, string for handles. */
export const jsDtype = (code: number): DataType => JS_BY_CODE.get(code) ?? 'string';
