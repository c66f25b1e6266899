import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { running } from '../runtime/runtime.js';
import { GOLDEN, MIX_A, MIX_B } from './hash.js';

// 32-bit words are int32 tensors here, whose sums and products wrap in TensorFlow. On a GPU they are uint32: int32 is calculated with on the
// processor, with copies there and back. The bits are the same.

const binary = (op: string, a: tf.Tensor, b: tf.Tensor): tf.Tensor => execute(op, [], [a, b])[0]!;

/** The words of an int32 tensor. */
export const toWords = (x: tf.Tensor): tf.Tensor =>
  running().info.device === 'cpu' ? x : execute('Cast', [attr.type('SrcT', 'int32'), attr.type('DstT', 'uint32')], [x])[0]!;

/** Unsigned words as a tensor of words. */
export const words = (shape: number[], values: readonly number[]): tf.Tensor =>
  toWords(tf.tensor(Int32Array.from(values), shape, 'int32'));

const word = (value: number): tf.Tensor => words([], [value]);

export const xorWords = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => binary('BitwiseXor', a, b);

export const addWords = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => binary('AddV2', a, b);

/** Logical shift to the right; TensorFlow's own keeps the sign. */
export const shiftWords = (a: tf.Tensor, bits: number): tf.Tensor =>
  binary('BitwiseAnd', binary('RightShift', a, word(bits)), word(0xffffffff >>> bits));

const round = (x: tf.Tensor, bits: number, multiplier: number): tf.Tensor =>
  binary('Mul', xorWords(x, shiftWords(x, bits)), word(multiplier));

/** {@link mix32} of every word. */
export function mixWords(x: tf.Tensor): tf.Tensor {
  const h = round(round(x, 16, MIX_A), 13, MIX_B);
  return xorWords(h, shiftWords(h, 16));
}

/** {@link counterHash} of some indices for every row. @param a [B, 1]. @param b [B, 1]. @returns [B, indices.length]. */
export function counterWords(a: tf.Tensor, b: tf.Tensor, indices: Uint32Array): tf.Tensor {
  const counter = words(
    [1, indices.length],
    Array.from(indices, (index) => Math.imul(index, GOLDEN)),
  );
  return mixWords(xorWords(round(addWords(counter, a), 16, MIX_A), b));
}
