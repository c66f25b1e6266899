import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';

/**
 * The sum of the rows of each segment. Not recorded on the gradient tape.
 *
 * @param x [n, ...] float32 or int32. @param segments [n] int32; rows of negative segments are left out. @returns [count, ...].
 */
export function segmentSum(x: tf.Tensor, segments: tf.Tensor, count: number): tf.Tensor {
  const attrs = [attr.type('T', x.dtype), attr.type('Tindices', 'int32'), attr.type('Tnumsegments', 'int32')];
  return tf.tidy(() => execute('UnsortedSegmentSum', attrs, [x, segments, tf.scalar(count, 'int32')])[0]!);
}
