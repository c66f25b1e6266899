import { attr, execute, liveHandles } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { isTensor } from './numbers.js';

/** Tensors, alone or in records and arrays; anything else in it is passed over. */
export type TensorTree =
  tf.Tensor | readonly TensorTree[] | { readonly [name: string]: TensorTree } | null | undefined | number | string | boolean;

/** Every tensor of the tree, once. */
export function tensorsOf(tree: unknown, into = new Set<tf.Tensor>()): Set<tf.Tensor> {
  if (isTensor(tree)) into.add(tree);
  else if (tree instanceof Map) for (const value of tree.values()) tensorsOf(value, into);
  else if (typeof tree === 'object' && tree !== null && !ArrayBuffer.isView(tree))
    for (const value of Object.values(tree)) tensorsOf(value, into);
  return into;
}

/** A promise where one of the values is one. */
type Wait<T> = [Extract<T, Promise<unknown>>] extends [never] ? void : Promise<void>;

/**
 * Calls `fn(...inputs)` and fails unless it leaves exactly the tensors of its result more than before, leaves its inputs alone, and
 * every native handle is gone once the result is disposed. Then disposes the inputs.
 *
 * @param inputs Tensor trees, the arguments of `fn`. Taken over: they are disposed at the end.
 * @param check Expectations about the result, before it is disposed.
 * @returns Nothing, or a promise where `fn` or `check` returns one.
 */
export function leakFree<Inputs extends readonly unknown[], Result, Checked = void>(
  inputs: readonly [...Inputs],
  fn: (...inputs: Inputs) => Result,
  check?: (result: NoInfer<Awaited<Result>>) => Checked, // inferred from `fn` alone
): Wait<Result | Checked>;
export function leakFree<Inputs extends readonly unknown[], Result>(
  inputs: readonly [...Inputs],
  fn: (...inputs: Inputs) => Result | Promise<Result>,
  check: (result: Result) => void | Promise<void> = () => {},
): void | Promise<void> {
  for (const tensor of tensorsOf(inputs)) upload(tensor);
  const before = counts();
  const result = fn(...(inputs as readonly unknown[] as Inputs));
  if (result instanceof Promise) return result.then((value: Result) => settle(value));
  return settle(result);

  function settle(value: Result): void | Promise<void> {
    const given = tensorsOf(inputs);
    const made = [...tensorsOf(value)].filter((tensor) => !given.has(tensor));
    requireBalance(given, made, before);
    const checked = check(value);
    const clean = () => disposeAll(given, made, before);
    return checked instanceof Promise ? checked.then(clean) : clean();
  }
}

// Values given from JavaScript become a native tensor when an op first reads them, which would look like a leak of that op.
function upload(tensor: tf.Tensor): void {
  tf.tidy(() => void execute('Identity', [attr.type('T', tensor.dtype)], [tensor]));
}

interface Counts {
  readonly tensors: number;
  readonly handles: number;
}

const counts = (): Counts => ({ tensors: tf.memory().numTensors, handles: liveHandles().handles });

function requireBalance(given: Set<tf.Tensor>, made: readonly tf.Tensor[], before: Counts): void {
  for (const tensor of given)
    if (tensor.isDisposed) throw new Error('the function disposed one of its inputs, which belong to the caller');
  if (made.some((tensor) => tensor.isDisposed)) throw new Error('the function returned a tensor that it had disposed');
  const more = counts().tensors - before.tensors;
  if (more !== made.length)
    throw new Error(`${more} tensors more than before, but the result has ${made.length}: ${more - made.length} leaked`);
}

function disposeAll(given: Set<tf.Tensor>, made: readonly tf.Tensor[], before: Counts): void {
  for (const tensor of made) tensor.dispose();
  const over = counts().handles - before.handles; // before the inputs go, which were there from the start
  for (const tensor of given) tensor.dispose();
  if (over > 0) throw new Error(`${over} native handles outlive the ${made.length} tensors of the result`);
}
