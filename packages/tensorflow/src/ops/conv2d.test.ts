import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { leakFree } from '@mochi/testing';
import { numbers } from '../../test/gradients.js';
import { startTensorFlow } from '../runtime/start.js';
import { conv2d } from './conv2d.js';

await startTensorFlow();

/** The same by TF.js' own ops, whose gradients are its own. */
const composed = (x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number, p: number): tf.Tensor4D => {
  const padded = tf.pad(x, [[0, 0], [p, p], [p, p], [0, 0]]); // prettier-ignore
  return tf.conv2d(padded, kernel, stride, 'valid');
};

const lossOf = (y: tf.Tensor): tf.Scalar => tf.sum(tf.mul(y, numbers(y.shape, 3)));

describe('conv2d', () => {
  test.each([
    { name: '3x3, same size', size: 6, kernel: 3, stride: 1, padding: 1 },
    { name: '3x3, halved, even size', size: 8, kernel: 3, stride: 2, padding: 1 },
    { name: '3x3, halved, odd size', size: 7, kernel: 3, stride: 2, padding: 1 },
    { name: '7x7 stem', size: 16, kernel: 7, stride: 2, padding: 3 },
    { name: '1x1', size: 6, kernel: 1, stride: 1, padding: 0 },
    { name: '1x1, halved', size: 6, kernel: 1, stride: 2, padding: 0 },
    { name: 'without padding', size: 5, kernel: 3, stride: 1, padding: 0 },
    { name: 'more padding than the kernel needs', size: 4, kernel: 3, stride: 1, padding: 2 },
  ])('$name: value and gradients are those of pad and valid', ({ size, kernel, stride, padding }) => {
    const x = numbers([2, size, size + 1, 3], 1) as tf.Tensor4D;
    const k = numbers([kernel, kernel, 3, 4], 2) as tf.Tensor4D;
    leakFree(
      [x, k],
      (x, k) =>
        tf.tidy(() => {
          const ours = tf.valueAndGrads((a, b) => lossOf(conv2d(a as tf.Tensor4D, b as tf.Tensor4D, { stride, padding })))([
            x,
            k,
          ]);
          const theirs = tf.valueAndGrads((a, b) => lossOf(composed(a as tf.Tensor4D, b as tf.Tensor4D, stride, padding)))([
            x,
            k,
          ]);
          const [y, z] = [conv2d(x, k, { stride, padding }), composed(x, k, stride, padding)];
          return { ours: [y, ...ours.grads], theirs: [z, ...theirs.grads] };
        }),
      ({ ours, theirs }) => ours.forEach((tensor, i) => expect(tensor).toBeAllClose(theirs[i]!, { rtol: 1e-4, atol: 1e-4 })),
    );
  });

  // oneDNN's own kernel writes past its buffer here, and the process dies.
  test.each<{ by: string; conv: (x: tf.Tensor4D, kernel: tf.Tensor4D) => tf.Tensor4D }>([
    { by: 'conv2d', conv: (x, kernel) => conv2d(x, kernel, { stride: 2 }) },
    { by: 'tf.conv2d', conv: (x, kernel) => tf.conv2d(x, kernel, 2, 'valid') },
    { by: 'tf.conv2d, same', conv: (x, kernel) => tf.conv2d(x, kernel, [2, 2], 'same') },
  ])(
    '$by: few channels, many pixels, a strided kernel of one pixel: gradients are those of the pixels that count',
    ({ conv }) => {
      const x = numbers([8, 48, 48, 8], 1) as tf.Tensor4D;
      const kernel = numbers([1, 1, 8, 16], 2) as tf.Tensor4D;
      const bySlice = (x: tf.Tensor, kernel: tf.Tensor): tf.Tensor4D => {
        const every = (size: number) => tf.range(0, size, 2, 'int32');
        const seen = tf.gather(tf.gather(x, every(48), 1), every(48), 2);
        return tf.reshape(tf.matMul(tf.reshape(seen, [-1, 8]), tf.reshape(kernel, [8, 16])), [8, 24, 24, 16]);
      };
      leakFree(
        [x, kernel],
        (x, kernel) =>
          tf.tidy(() => {
            const gradients = (f: typeof conv) => tf.grads((a, b) => lossOf(f(a as tf.Tensor4D, b as tf.Tensor4D)))([x, kernel]);
            return { ours: gradients(conv), wanted: gradients(bySlice) };
          }),
        ({ ours, wanted }) => ours.forEach((tensor, i) => expect(tensor).toBeAllClose(wanted[i]!, { rtol: 1e-4, atol: 1e-3 })),
      );
    },
  );

  test('channels that do not meet are refused', () => {
    tf.tidy(
      () =>
        void expect(() => conv2d(tf.zeros([1, 4, 4, 3]), tf.zeros([3, 3, 2, 5]))).toThrow(
          expect.objectContaining({ code: 'MOCHI_OP_ARGUMENT' }),
        ),
    );
  });
});
