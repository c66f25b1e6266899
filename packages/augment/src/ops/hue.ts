import * as tf from '@tensorflow/tfjs-core';
import { overPlanes, type PerImage, type Planes } from '../planes.js';

// Where each colour's share of the saturation lies on the hue circle of 6: clip(sign * |hue - centre| + offset, 0, 1), for R, G and B.
const CENTRE = [3, 2, 4];
const SIGN = [-1, 1, 1];
const OFFSET = [2, -1, -1];

/**
 * torchvision's adjust_hue: through PIL's HSV with bytes for hue, saturation and value, so a shift of 0 is not the identity.
 *
 * @param shift [B], part of the hue circle, -0.5..0.5; truncated to a whole number of 255ths.
 */
export function hue(planes: Planes, shift: PerImage): Planes {
  return tf.tidy(() => {
    const value = tf.max(planes, 0, true) as Planes; // [1, B, height, width], as are the next two
    const spread = tf.sub(value, tf.min(planes, 0, true)) as Planes;
    const saturated = tf.floor(tf.mul(tf.div(spread, tf.maximum(value, 1)), 255));
    const turned = wrap(tf.add(hueByte(planes, value, spread), overPlanes(truncate(tf.mul(shift, 255)))), 256);
    const byColour = (values: number[]): tf.Tensor4D => tf.tensor4d(values, [3, 1, 1, 1]);
    const distance = tf.abs(tf.sub(tf.mul(turned, 6 / 255), byColour(CENTRE))); // [3, B, height, width] from here on
    const share = tf.clipByValue(tf.add(tf.mul(distance, byColour(SIGN)), byColour(OFFSET)), 0, 1);
    const kept = tf.sub(1, tf.mul(tf.mul(saturated, 1 / 255), share));
    return tf.floor(tf.add(tf.mul(value, kept), 0.5)) as Planes;
  });
}

/** Hue in 0..255; 0 for gray. */
function hueByte(planes: Planes, value: Planes, spread: Planes): Planes {
  const [r, g, b] = tf.split(tf.div(tf.sub(value, planes), tf.maximum(spread, 1)), 3, 0) as [Planes, Planes, Planes];
  const sixths = tf.where(
    tf.equal(r, 0),
    tf.sub(b, g),
    tf.where(tf.equal(g, 0), tf.add(tf.sub(r, b), 2), tf.add(tf.sub(g, r), 4)),
  );
  return tf.floor(tf.mul(wrap(tf.div(sixths, 6), 1), 255)) as Planes;
}

const wrap = <T extends tf.Tensor>(x: T, period: number): T => tf.sub(x, tf.mul(tf.floor(tf.mul(x, 1 / period)), period)) as T;

const truncate = (x: tf.Tensor1D): tf.Tensor1D => tf.mul(tf.sign(x), tf.floor(tf.abs(x)));
