import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { isTracing, running } from '../runtime/runtime.js';
import { opArgument } from './errors.js';
import { topK } from './top-k.js';

/**
 * Where the k largest elements of each row stand, in the order of their places; of equal ones the lower place is in. A quarter of the cost of
 * {@link topK}, because nothing is sorted: the k-th largest element is found, and the places at or above it are listed. Only where a row has
 * more of them than k, because elements tie with it, is there a sort after all. On a GPU it is always sorted: what finds the k-th largest runs
 * on the processor alone.
 *
 * @param x [B, K] float32. @param k In [1, K].
 * @returns [B, k] int32, each row ascending; places of elements that are -Infinity come last. A constant as far as gradients go.
 * @throws MOCHI_OP_ARGUMENT when k is not in [1, K].
 */
export function topSet(x: tf.Tensor2D, k: number): tf.Tensor2D {
  const [rows, width] = x.shape;
  if (!(k >= 1 && k <= width))
    throw opArgument('topSet', `k is ${k} and x [${x.shape.join(', ')}]`, '1 <= k <= the last side of x.');
  if (!isTracing() || running().info.device === 'gpu') return tf.tidy(() => bySorting(x, k));
  return tf.tidy(() => {
    const among = tf.greaterEqual(x, tf.expandDims(kthLargest(x, k), 1)); // at least k of each row
    const exactly = tf.equal(tf.sum(tf.cast(among, 'int32')), tf.scalar(rows * k, 'int32'));
    // Switch: what hangs on the side that is not taken does not run.
    const [ties] = execute('Switch', [FLOATS], [x, exactly], 2);
    const [, plain] = execute('Switch', [attr.type('T', 'bool')], [among, exactly], 2);
    const sides = [bySorting(ties as tf.Tensor2D, k), placesOf(plain!, rows, k)];
    return execute('Merge', [attr.type('T', 'int32'), attr.int('N', 2)], sides, 2)[0] as tf.Tensor2D;
  });
}

/** [B]. In two halves, which run side by side where an op has one thread. */
function kthLargest(x: tf.Tensor2D, k: number): tf.Tensor {
  const first = Math.ceil(x.shape[0] / 2);
  const halves = x.shape[0] > 1 ? tf.split(x, [first, x.shape[0] - first]) : [x];
  const attrs = [attr.bool('reverse', true), FLOATS];
  return tf.concat(halves.map((half) => execute('NthElement', attrs, [half, tf.scalar(k - 1, 'int32')])[0]!));
}

const FLOATS = attr.type('T', 'float32');

/** Integers up to it are float32 numbers. */
const LARGEST_EXACT = 2 ** 24;

function bySorting(x: tf.Tensor2D, k: number): tf.Tensor2D {
  const { values, indices } = topK(x, k);
  const width = x.shape[1];
  const dtype = width <= LARGEST_EXACT / 2 ? 'float32' : 'int32'; // integers are not calculated with on a GPU
  const side = tf.scalar(width, dtype);
  const last = tf.mul(tf.cast(tf.equal(values, -Infinity), dtype), side);
  const order = topK(tf.neg(tf.add(tf.cast(indices, dtype), last)), k).values; // ascending, the absent ones moved past the end
  return tf.cast(tf.mod(tf.neg(order), side), 'int32');
}

/** Places of the k true elements of each row. */
function placesOf(among: tf.Tensor, rows: number, k: number): tf.Tensor2D {
  const [places] = execute('Where', [attr.type('T', 'bool')], [among]); // [rows * k, 2] int64, in order
  const [narrow] = execute('Cast', [attr.type('SrcT', 'int64'), attr.type('DstT', 'int32')], [places!]);
  return tf.reshape(tf.slice(tf.reshape(narrow!, [rows, k, 2]), [0, 0, 1], [rows, k, 1]), [rows, k]);
}
