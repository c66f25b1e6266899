import * as tf from '@tensorflow/tfjs-core';
import { attr, type Attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { withGradient } from './with-gradient.js';

export interface MaxPool2dOptions {
  /** Side of the window, pixels. */
  readonly size: number;
  /** Pixels between neighbouring windows. Default: size. */
  readonly stride?: number;
  /** -Infinity added on each of the four sides, pixels; less than size. Default 0. */
  readonly padding?: number;
}

/**
 * Maximum over square windows, symmetrically padded as PyTorch pads. Where elements tie, the first gets the gradient.
 *
 * @param x [B, h, w, C] float32. @returns [B, (h + 2 padding - size) / stride + 1, ..., C], rounded down.
 */
export function maxPool2d(x: tf.Tensor4D, { size, stride = size, padding = 0 }: MaxPool2dOptions): tf.Tensor4D {
  return tf.tidy(() => {
    const [y] = execute('MaxPool', poolAttrs(size, stride, padding), [x]);
    return withGradient(y as tf.Tensor4D, [x], [x], (dy, [kept]) => [
      poolGradient(kept as tf.Tensor4D, dy, size, stride, padding),
    ]);
  });
}

/**
 * On a padded copy, pooled again: oneDNN's gradient, a sixteenth of the time of TensorFlow's own, takes no explicit padding, and notes where the
 * largest were while it pools.
 */
function poolGradient(x: tf.Tensor4D, dy: tf.Tensor, size: number, stride: number, padding: number): tf.Tensor {
  const attrs = poolAttrs(size, stride, 0);
  const side: [number, number] = [padding, padding];
  const padded = padding > 0 ? tf.pad(x, [[0, 0], side, side, [0, 0]], -Infinity) : x;
  const [top] = execute('MaxPool', attrs, [padded]);
  const [dx] = execute('MaxPoolGrad', attrs, [padded, top!, dy]);
  return padding > 0 ? tf.slice(dx!, [0, padding, padding, 0], x.shape) : dx!;
}

const poolAttrs = (size: number, stride: number, padding: number): Attr[] => [
  attr.type('T', 'float32'),
  attr.string('data_format', 'NHWC'),
  attr.ints('ksize', [1, size, size, 1]),
  attr.ints('strides', [1, stride, stride, 1]),
  attr.string('padding', padding > 0 ? 'EXPLICIT' : 'VALID'),
  attr.ints('explicit_paddings', padding > 0 ? [0, 0, padding, padding, padding, padding, 0, 0] : []),
];
