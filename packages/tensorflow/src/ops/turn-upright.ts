import * as tf from '@tensorflow/tfjs-core';
import { execute } from '../runtime/execute.js';
import { cond } from './cond.js';

/**
 * An image as its EXIF orientation says to show it.
 *
 * @param image [height, width, 3] uint8. @param orientation 1 to 8, float32 scalar: 2 to 4 mirror or turn by half, 5 to 8 change the sides too.
 * @see CIPA DC-008 (Exif), tag 0x0112
 */
export function turnUpright(image: tf.Tensor, orientation: tf.Tensor): tf.Tensor {
  const sides = cond(
    tf.greaterEqual(orientation, 5),
    image,
    (x: tf.Tensor) => execute('Transpose', [], [x, tf.tensor1d([1, 0, 2], 'int32')])[0]!,
    (x: tf.Tensor) => execute('Identity', [], [x])[0]!,
  );
  const is = (...values: number[]): tf.Tensor => tf.any(tf.equal(tf.tensor1d(values), orientation));
  const flipped = tf.stack([is(3, 4, 7, 8), is(2, 3, 6, 7), tf.scalar(false, 'bool')]);
  return execute('Reverse', [], [sides, flipped])[0]!;
}
