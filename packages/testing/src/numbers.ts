import type { Tensor, TypedArray } from '@tensorflow/tfjs-core';

/** Numbers in any form that a test writes them: a tensor, a typed array, or nested arrays. */
export type Numbers = Tensor | TypedArray | Float64Array | number | boolean | readonly Numbers[];

/** True for a tensor of any copy of tfjs-core. */
export const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'dataId' in value && 'shape' in value && 'dtype' in value;

/** The elements in row-major order, and the shape where it is known (tensors alone). Reads a tensor synchronously. */
export function toNumbers(value: Numbers): { data: ArrayLike<number>; shape: readonly number[] | null } {
  if (isTensor(value)) return { data: value.dataSync(), shape: value.shape };
  if (ArrayBuffer.isView(value)) return { data: value, shape: null };
  const flat: number[] = [];
  flattenInto(value, flat);
  return { data: flat, shape: null };
}

function flattenInto(value: unknown, into: number[]): void {
  if (typeof value === 'number' || typeof value === 'boolean') into.push(Number(value));
  else if (isTensor(value)) into.push(...Array.from(value.dataSync()));
  else if (Array.isArray(value) || ArrayBuffer.isView(value))
    for (const item of value as unknown as Iterable<unknown>) flattenInto(item, into);
  else throw new TypeError(`expected a tensor, a typed array or numbers, got ${String(value)}`);
}
