import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { opArgument } from './errors.js';
import { segmentSum } from './segment-sum.js';
import { withGradient } from './with-gradient.js';

export interface GatherOptions {
  /** Axis of x that the indices count along; not negative, at least batchDims. Default: batchDims. */
  readonly axis?: number;
  /** Leading axes that x and indices share: each batch has its own indices. Default 0. */
  readonly batchDims?: number;
}

/**
 * The slices of x at the indices. Unlike TF.js' own it reads no index back, so it runs while tracing too.
 *
 * @param x [batch..., outer..., A, inner...] of any dtype. @param indices [batch..., picked...] int32 in [0, A).
 * @returns [batch..., outer..., picked..., inner...]; gradient to a float32 x, duplicates summed.
 * @throws MOCHI_OP_ARGUMENT when axis < batchDims or either is out of range. On CPU an index out of range fails when the op runs.
 */
export function gather<T extends tf.Tensor = tf.Tensor>(
  x: tf.Tensor,
  indices: tf.Tensor,
  { batchDims = 0, axis = batchDims }: GatherOptions = {},
): T {
  if (axis < batchDims || axis >= x.rank || batchDims > indices.rank) {
    throw opArgument(
      'gather',
      `axis is ${axis} and batchDims ${batchDims}, x has rank ${x.rank} and indices ${indices.rank}`,
      'batchDims <= axis < rank of x, batchDims <= rank of indices.',
    );
  }
  return tf.tidy(() => {
    const attrs = [
      attr.int('batch_dims', batchDims),
      attr.type('Tparams', x.dtype),
      attr.type('Tindices', 'int32'),
      attr.type('Taxis', 'int32'),
    ];
    const [y] = execute('GatherV2', attrs, [x, indices, tf.scalar(axis, 'int32')]);
    if (x.dtype !== 'float32') return y as T;
    return withGradient(y as T, [x], [indices], (dy, [kept]) => [gatherGradient(dy, kept!, x.shape, axis, batchDims)]);
  });
}

const product = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);

/** Sums dy into the places that its slices came from. */
function gatherGradient(dy: tf.Tensor, indices: tf.Tensor, shape: number[], axis: number, batchDims: number): tf.Tensor {
  const [batch, outer, rows, inner] = [
    product(shape.slice(0, batchDims)),
    product(shape.slice(batchDims, axis)),
    shape[axis]!,
    product(shape.slice(axis + 1)),
  ];
  const picked = product(indices.shape.slice(batchDims));
  // [batch, outer, picked, inner] -> [batch, picked, outer, inner]: one segment per row of the axis
  const slices = tf.transpose(tf.reshape(dy, [batch, outer, picked, inner]), [0, 2, 1, 3]);
  const flat = tf.reshape(indices, [batch, picked]);
  const segments =
    batch === 1 ? flat : tf.add(flat, tf.mul(tf.reshape(tf.range(0, batch, 1, 'int32'), [batch, 1]), tf.scalar(rows, 'int32')));
  const sums = segmentSum(
    tf.reshape(slices, [batch * picked, outer * inner]),
    tf.reshape(segments, [batch * picked]),
    batch * rows,
  );
  return tf.reshape(tf.transpose(tf.reshape(sums, [batch, rows, outer, inner]), [0, 2, 1, 3]), shape);
}
