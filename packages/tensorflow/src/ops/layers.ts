import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';

/**
 * The layers of the last axis, as tf.unstack gives them but without a gradient: an op for each.
 *
 * @param x [B, M, P]. @returns P tensors [B, M].
 */
export const layersOf = (x: tf.Tensor3D): tf.Tensor2D[] => Array.from({ length: x.shape[2] }, (_, at) => layer(x, at));

function layer(x: tf.Tensor3D, at: number): tf.Tensor2D {
  const masks = [attr.int('begin_mask', 0b011), attr.int('end_mask', 0b011), attr.int('shrink_axis_mask', 0b100)];
  return tf.tidy(() => {
    const bounds = [[0, 0, at], [0, 0, at + 1], [1, 1, 1]].map((bound) => tf.tensor1d(bound, 'int32')); // prettier-ignore
    return execute(
      'StridedSlice',
      [attr.type('T', x.dtype), attr.type('Index', 'int32'), ...masks],
      [x, ...bounds],
    )[0] as tf.Tensor2D;
  });
}
