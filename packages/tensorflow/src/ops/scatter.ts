import * as tf from '@tensorflow/tfjs-core';
import { attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { gather } from './gather.js';
import { withGradient } from './with-gradient.js';

/**
 * Zeros of the given shape with the updates added at the indices; updates of equal indices are summed.
 *
 * @param indices [n, r] int32: the first r coordinates of each update. @param updates [n, ...shape.slice(r)] float32 or int32.
 * @returns Shape `shape`; gradient to float32 updates. On CPU an index out of range fails when the op runs.
 */
export function scatterAdd<T extends tf.Tensor = tf.Tensor>(indices: tf.Tensor2D, updates: tf.Tensor, shape: number[]): T {
  return tf.tidy(() => {
    const [y] = execute('ScatterNd', indexed('T', updates.dtype), [indices, updates, tf.tensor1d(shape, 'int32')]);
    if (updates.dtype !== 'float32') return y as T;
    return withGradient(y as T, [updates], [indices], (dy, [kept]) =>
      execute('GatherNd', indexed('Tparams', 'float32'), [dy, kept!]),
    );
  });
}

/**
 * The target with some of its rows replaced. When a row is named twice, the result holds one of its values, and the gradient is wrong.
 *
 * @param target [K, ...] of any dtype. @param at [B] int32 in [0, K). @param values [B, ...], of target's dtype.
 * @returns [K, ...]; gradient to float32 target and values.
 */
export function scatterRows<T extends tf.Tensor>(target: T, at: tf.Tensor1D, values: tf.Tensor): T {
  return tf.tidy(() => {
    const index = tf.expandDims(at, 1);
    const [y] = execute('TensorScatterUpdate', indexed('T', target.dtype), [target, index, values]);
    if (target.dtype !== 'float32') return y as T;
    return withGradient(y as T, [target, values], [at], (dy, [kept]) => {
      const rows = gather(dy, kept!);
      return [scatterRows(dy, kept as tf.Tensor1D, tf.zerosLike(rows)), rows];
    });
  });
}

const indexed = (name: string, dtype: tf.DataType) => [attr.type(name, dtype), attr.type('Tindices', 'int32')];
