import type * as tf from '@tensorflow/tfjs-core';
import { allClose, type Tolerance } from '../all-close.js';
import { isTensor } from '../numbers.js';

/** Values of tensors by path, on the host. */
export type Snapshot = Map<
  string,
  { readonly shape: readonly number[]; readonly dtype: string; readonly data: ArrayLike<number> }
>;

/** Reads every tensor of a tree. Its paths are those of records and arrays: `blocks.1.weights`. */
export function snapshot(tree: unknown, path = '', into: Snapshot = new Map()): Snapshot {
  if (isTensor(tree)) into.set(path, { shape: tree.shape, dtype: tree.dtype, data: tree.dataSync() });
  else if (typeof tree === 'object' && tree !== null) {
    for (const [key, value] of Object.entries(tree)) snapshot(value, path ? `${path}.${key}` : key, into);
  }
  return into;
}

/** Throws unless both have the same tensors, with close values. Default: equal to the bit. */
export function requireSame(got: Snapshot, want: Snapshot, what: string, tolerance: Tolerance = { rtol: 0, atol: 0 }): void {
  const [a, b] = [[...got.keys()], [...want.keys()]];
  require(a.join() === b.join(), `${what}: got the tensors ${a.join(', ')}, want ${b.join(', ')}`);
  for (const [path, { shape, data }] of want) {
    const own = got.get(path)!;
    require(own.shape.join() === shape.join(), `${what}: ${path} has the shape [${own.shape.join()}], want [${shape.join()}]`);
    const verdict = allClose(own.data, data, tolerance);
    require(verdict.ok, `${what}: ${path} differs: ${verdict.ok ? '' : verdict.message}`);
  }
}

/** Throws unless two calls give the same to the bit. @param what The second one, e.g. `a second init`. */
export function requireRepeatable(call: () => Snapshot, what: string): void {
  const first = call();
  try {
    requireSame(call(), first, what);
  } catch (error) {
    throw new Error(`${(error as Error).message}. ${DRAW}`, { cause: error });
  }
}

/** Where numbers that differ from call to call come from, and should. */
export const DRAW = 'Math.random(), Date and counters give another number each time: draw from the stream that is given (rng)';

/** Rows of every tensor in another order, all of them along axis 0: row b of the result is row order[b]. */
export function takeRows(from: Snapshot, order: readonly number[]): Snapshot {
  const taken = [...from].map(([path, { shape, dtype, data }]) => {
    const size = data.length / shape[0]!;
    const rows = order.flatMap((row) => Array.from(data).slice(row * size, (row + 1) * size));
    return [path, { shape: [order.length, ...shape.slice(1)], dtype, data: rows }] as const;
  });
  return new Map(taken);
}

/** Throws unless the tensor has that shape (null: any length) and dtype. */
export function requireTensor(tensor: unknown, shape: readonly (number | null)[], dtype: tf.DataType, what: string): void {
  require(isTensor(tensor), `${what} is no tensor`);
  const fits =
    tensor.shape.length === shape.length && shape.every((length, axis) => length === null || length === tensor.shape[axis]);
  require(fits, `${what} has the shape [${tensor.shape.join(', ')}], want [${shape.map((length) => length ?? '*').join(', ')}]`);
  require(tensor.dtype === dtype, `${what} is ${tensor.dtype}, want ${dtype}`);
}

/** Throws unless every element is a finite number. */
export function requireFinite(values: Snapshot, what: string): void {
  for (const [path, { data }] of values) {
    const at = Array.from(data).findIndex((value) => !Number.isFinite(value));
    require(at < 0, `${what}: ${path}[${at}] is ${data[at]}`);
  }
}

/** Throws an error that says what was broken. */
export function require(kept: boolean, broken: string): asserts kept {
  if (!kept) throw new Error(broken);
}
