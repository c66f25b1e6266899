import * as tf from '@tensorflow/tfjs-core';

const isPromise = (value: object): boolean => typeof (value as { then?: unknown }).then === 'function';

/** Whether it is an object of fields: no array, no tensor, no Promise. */
export const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof tf.Tensor) && !isPromise(value);

/** What a value is, in words, e.g. `a Promise`, `a tensor of the shape [8, 16]`. */
export function nameOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof tf.Tensor) return `a tensor of the shape [${(value as tf.Tensor).shape.join(', ')}]`;
  if (typeof value === 'string') return `the string "${value}"`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  return isPromise(value) ? 'a Promise' : `an object with the keys ${Object.keys(value).join(', ') || '(none)'}`;
}

/** What is wanted of a tensor; null: any length. */
export interface TensorSpec {
  readonly shape: readonly (number | null)[];
  /** Absent: any. */
  readonly dtype?: tf.DataType;
}

export const specOf = ({ shape, dtype }: tf.Tensor): TensorSpec => ({ shape, dtype });

/** e.g. `[8, *] float32`. */
export const specText = ({ shape, dtype }: TensorSpec): string =>
  `[${shape.map((length) => length ?? '*').join(', ')}]${dtype ? ` ${dtype}` : ''}`;

/** What a value is instead of such a tensor, e.g. `an int32 tensor of the shape [8]`; undefined where it is one. */
export function notTensor(value: unknown, want: TensorSpec): string | undefined {
  if (!(value instanceof tf.Tensor)) return nameOf(value);
  const { shape, dtype } = value as tf.Tensor;
  const fits =
    shape.length === want.shape.length && want.shape.every((length, axis) => length === null || length === shape[axis]);
  if (fits && (want.dtype === undefined || dtype === want.dtype)) return undefined;
  return `${dtype === 'int32' ? 'an' : 'a'} ${dtype} tensor of the shape [${shape.join(', ')}]`;
}

/** Tensors of nested records by path, e.g. `key.params.weight`; what is neither record nor tensor stands under its path too. */
export function leavesOf(tree: unknown, path = ''): [path: string, leaf: unknown][] {
  if (!isPlain(tree)) return [[path, tree]];
  return Object.entries(tree).flatMap(([name, child]) => leavesOf(child, path ? `${path}.${name}` : name));
}

/** What differs between a state and the one before it, in names, shapes or dtypes; undefined where nothing does. */
export function stateChange(before: unknown, after: unknown): { readonly got: string; readonly want: string } | undefined {
  if (!isPlain(after)) return { got: nameOf(after), want: `an object with the keys ${Object.keys(before as object).join(', ')}` };
  const [old, now] = [leavesOf(before), new Map(leavesOf(after))];
  for (const [path, leaf] of old) {
    if (!(leaf instanceof tf.Tensor)) continue;
    const want = specOf(leaf as tf.Tensor);
    const got = now.has(path) ? notTensor(now.get(path), want) : 'nothing';
    if (got !== undefined) return { got: `${got} as ${path}`, want: `${path} ${specText(want)}, as before` };
    now.delete(path);
  }
  const [extra] = now.keys();
  return extra === undefined ? undefined : { got: `${extra}, which was not there before`, want: 'the names of the state before' };
}
