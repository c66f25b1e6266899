import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';

/**
 * The sides of an image as values of the computation, so that they work where the shape is unknown (-1) while tracing.
 *
 * @param image [height, width, ...]. @returns Pixels, int32 scalars.
 */
export function imageSize(image: tf.Tensor): { height: tf.Scalar; width: tf.Scalar } {
  return tf.tidy(() => {
    const shape = execute('Shape', [attr.type('T', image.dtype), attr.type('out_type', 'int32')], [image])[0]!;
    return { height: at(shape, 0), width: at(shape, 1) };
  });
}

const at = (shape: tf.Tensor, index: number): tf.Scalar =>
  execute(
    'GatherV2',
    [attr.type('Tparams', 'int32'), attr.type('Tindices', 'int32'), attr.type('Taxis', 'int32')],
    [shape, tf.scalar(index, 'int32'), tf.scalar(0, 'int32')],
  )[0] as tf.Scalar;

/**
 * The part of x that begins at `begin` and has the given size, both values of the computation. No gradient.
 *
 * @param x Of any dtype; sides may be unknown (-1) while tracing. @param begin [rank] int32. @param size [rank] int32; -1 means to the end.
 * @returns A tensor of x's rank; while tracing, sides that are not constants are unknown.
 */
export const sliceDynamic = <T extends tf.Tensor>(x: T, begin: tf.Tensor1D, size: tf.Tensor1D): T =>
  execute('Slice', [attr.type('T', x.dtype), attr.type('Index', 'int32')], [x, begin, size])[0] as T;
