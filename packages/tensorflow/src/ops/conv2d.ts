import * as tf from '@tensorflow/tfjs-core';
import { attr, type Attr } from '../native/attributes.js';
import { execute } from '../runtime/execute.js';
import { opArgument } from './errors.js';
import { stridedPixels } from './strided-pixels.js';
import { withGradient } from './with-gradient.js';

export interface Conv2dOptions {
  /** Pixels between neighbouring outputs, both axes. Default 1. */
  readonly stride?: number;
  /** Zeros added on each of the four sides, pixels. Default 0. */
  readonly padding?: number;
}

type Padding = 'SAME' | 'VALID' | 'EXPLICIT';

/**
 * Convolution with symmetric zero padding, as PyTorch pads (TensorFlow's SAME pads strided layers on one side only).
 *
 * @param x [B, h, w, in] float32. h and w may be unknown (-1) while tracing; then there is no gradient.
 * @param kernel [kh, kw, in, out] (HWIO) float32.
 * @returns [B, (h + 2 padding - kh) / stride + 1, ..., out], rounded down.
 * @throws MOCHI_OP_ARGUMENT for other ranks, or when the kernel's inputs are not x's channels.
 */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, { stride = 1, padding = 0 }: Conv2dOptions = {}): tf.Tensor4D {
  if (x.rank !== 4 || kernel.rank !== 4 || x.shape[3] !== kernel.shape[2]) {
    throw opArgument(
      'conv2d',
      `x is [${x.shape.join(', ')}] and the kernel [${kernel.shape.join(', ')}]`,
      'x [B, h, w, in] and kernel [kh, kw, in, out].',
    );
  }
  const kind = paddingKind(x, kernel, stride, padding);
  return tf.tidy(() => {
    const [y] = execute('Conv2D', convAttrs(stride, kind, padding), [x, kernel]);
    return withGradient(y as tf.Tensor4D, [x, kernel], [x, kernel], (dy, saved) =>
      convGradients(saved[0] as tf.Tensor4D, saved[1] as tf.Tensor4D, dy, stride, padding, kind),
    );
  });
}

/**
 * SAME where it pads as asked. oneDNN's backward kernels take SAME and VALID but not EXPLICIT, which falls back to a path that is up to
 * five times slower.
 */
function paddingKind(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number, padding: number): Padding {
  if (padding === 0) return 'VALID';
  const isSame = [0, 1].every((axis) => {
    const [size, width] = [x.shape[1 + axis]!, kernel.shape[axis]!]; // rank 4
    return size > 0 && Math.max((Math.ceil(size / stride) - 1) * stride + width - size, 0) === 2 * padding;
  });
  return isSame ? 'SAME' : 'EXPLICIT';
}

const convAttrs = (stride: number, kind: Padding, padding: number): Attr[] => [
  attr.type('T', 'float32'),
  attr.string('data_format', 'NHWC'),
  attr.ints('strides', [1, stride, stride, 1]),
  attr.ints('dilations', [1, 1, 1, 1]),
  attr.string('padding', kind),
  attr.ints('explicit_paddings', kind === 'EXPLICIT' ? [0, 0, padding, padding, padding, padding, 0, 0] : []),
];

function convGradients(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  dy: tf.Tensor4D,
  stride: number,
  padding: number,
  kind: Padding,
): tf.Tensor[] {
  if (kind === 'EXPLICIT') {
    // Pad, VALID and cut: the fast kernels again, for a copy of x.
    const sides: [number, number][] = [
      [0, 0],
      [padding, padding],
      [padding, padding],
      [0, 0],
    ];
    const [dxPadded, dKernel] = convGradients(tf.pad(x, sides), kernel, dy, stride, 0, 'VALID');
    return [tf.slice(dxPadded!, [0, padding, padding, 0], x.shape), dKernel!];
  }
  const attrs = convAttrs(stride, kind, 0);
  const [dx] = execute('Conv2DBackpropInput', attrs, [tf.tensor1d(x.shape, 'int32'), kernel, dy]);
  return [dx!, kernelGradient(x, kernel.shape, dy, attrs, stride)];
}

/** Of 1 x 1 kernels it is a product of matrices, which is up to half as fast again, and safe (see the kernel `filterGradient`). */
function kernelGradient(x: tf.Tensor4D, shape: number[], dy: tf.Tensor4D, attrs: Attr[], stride: number): tf.Tensor {
  const [height, width, input, output] = shape as [number, number, number, number];
  if (height > 1 || width > 1) return execute('Conv2DBackpropFilter', attrs, [x, tf.tensor1d(shape, 'int32'), dy])[0]!;
  const seen = stride > 1 ? execute('AvgPool', stridedPixels(stride), [x])[0]! : x;
  const product = [attr.bool('transpose_a', true), attr.bool('transpose_b', false), attr.type('T', 'float32')];
  return tf.reshape(execute('MatMul', product, [tf.reshape(seen, [-1, input]), tf.reshape(dy, [-1, output])])[0]!, shape);
}
