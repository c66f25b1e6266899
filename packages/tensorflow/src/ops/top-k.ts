import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { opArgument } from './errors.js';
import { segmentSum } from './segment-sum.js';
import { withGradient } from './with-gradient.js';

/**
 * The k largest elements along the last axis; of equal ones the lower index comes first.
 *
 * @param x [..., K] float32 or int32. @param k In [0, K]. @param options sorted: largest first (default); false leaves the order open.
 * @returns values [..., k], with gradient to a float32 x; indices [..., k] int32.
 * @throws MOCHI_OP_ARGUMENT when k > K.
 */
export function topK<T extends tf.Tensor = tf.Tensor>(
  x: T,
  k: number,
  { sorted = true }: { sorted?: boolean } = {},
): { values: T; indices: T } {
  const width = x.shape[x.rank - 1];
  if (width === undefined || k < 0 || (width >= 0 && k > width))
    throw opArgument('topK', `k is ${k} and x [${x.shape.join(', ')}]`, '0 <= k <= the last side of x.');
  return tf.tidy(() => {
    const attrs = [
      attr.bool('sorted', sorted),
      attr.type('T', x.dtype),
      attr.type('Tk', 'int32'),
      attr.type('index_type', 'int32'),
    ];
    const [values, indices] = execute('TopKV2', attrs, [x, tf.scalar(k, 'int32')], 2) as [T, T];
    if (x.dtype !== 'float32') return { values, indices };
    return { values: withGradient(values, [x], [indices], (dy, [kept]) => [spread(dy, kept!, x.shape)]), indices };
  });
}

/** Zeros of the given shape, with `values` [..., k] at `indices` [..., k] of the last axis. */
function spread(values: tf.Tensor, indices: tf.Tensor, shape: number[]): tf.Tensor {
  const width = shape[shape.length - 1]!;
  const rows = shape.slice(0, -1).reduce((all, side) => all * side, 1);
  const start = tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(width, 'int32'));
  const segments = tf.add(tf.reshape(indices, [rows, -1]), tf.expandDims(start, 1));
  return tf.reshape(segmentSum(tf.reshape(values, [-1]), tf.reshape(segments, [-1]), rows * width), shape);
}

/**
 * A random order for each row: the indices of its draws, largest first.
 *
 * @param draws [B, n] float32, uniform. @returns [B, n] int32, each row a permutation of [0, n).
 */
export const permutationFromUniforms = (draws: tf.Tensor2D): tf.Tensor2D => tf.tidy(() => topK(draws, draws.shape[1]).indices);
