import { attr, execute, gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';

/** Of a fixed-point number. */
const FRACTION_BITS = 16;

/** a, b, c, d, e, f: pixel (x, y) of the result shows (a x + b y + c, d x + e y + f) of the image, centres of pixels at halves. */
export type AffineMatrix = readonly [number, number, number, number, number, number];

/** As whole numbers of 2^-16 pixels, from the centre of the first pixel: what PIL computes with. */
export function fixedPoint([a, b, c, d, e, f]: AffineMatrix): number[] {
  const fix = (value: number): number => Math.floor(value * 2 ** FRACTION_BITS + 0.5);
  return [fix(a), fix(b), fix(c + 0.5 * a + 0.5 * b), fix(d), fix(e), fix(f + 0.5 * d + 0.5 * e)];
}

/**
 * PIL's affine transform with the nearest pixel, black outside. Equal to it to the last bit for sides up to 4,096 pixels.
 *
 * @param matrices See `fixedPoint`, [B, 6] int32.
 */
export function affineNearest(planes: Planes, matrices: tf.Tensor2D): Planes {
  const [colours, batch, height, width] = planes.shape;
  return tf.tidy(() => {
    const whole = (value: number): tf.Tensor => tf.scalar(value, 'int32');
    const [a, b, c, d, e, f] = tf.split(tf.reshape(matrices, [batch, 6, 1, 1]), 6, 1).map((part) => tf.squeeze(part, [1])) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]; // prettier-ignore
    const x = tf.reshape(tf.range(0, width, 1, 'int32'), [1, 1, width]);
    const y = tf.reshape(tf.range(0, height, 1, 'int32'), [1, height, 1]);
    const shift = (sum: tf.Tensor): tf.Tensor =>
      execute('RightShift', [attr.type('T', 'int32')], [sum, whole(FRACTION_BITS)])[0]!;
    const fromX = shift(tf.add(tf.add(tf.mul(a, x), tf.mul(b, y)), c)); // [B, height, width]
    const fromY = shift(tf.add(tf.add(tf.mul(d, x), tf.mul(e, y)), f));
    const within = (at: tf.Tensor, side: number): tf.Tensor =>
      tf.logicalAnd(tf.greaterEqual(at, whole(0)), tf.less(at, whole(side)));
    const inside = tf.logicalAnd(within(fromX, width), within(fromY, height));
    const pixel = tf.where(inside, tf.add(tf.mul(fromY, whole(width)), fromX), whole(0));
    const first = tf.reshape(tf.range(0, colours * batch, 1, 'int32'), [colours, batch, 1, 1]);
    const places = tf.add(tf.mul(first, whole(height * width)), pixel); // [3, B, height, width]
    const seen = tf.reshape(gather(tf.reshape(planes, [-1]), tf.reshape(places, [-1])), planes.shape);
    return tf.where(inside, seen, tf.zerosLike(seen)) as Planes;
  });
}
