import type { ReferenceCase } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { toImages, toPlanes, type PerImage, type Planes } from '../src/index.js';

/** Mean and greatest difference, in values of 0..255. */
export function difference(got: tf.Tensor, want: ArrayLike<number>): { mean: number; max: number } {
  const values = got.dataSync();
  expect(values.length).toBe(want.length);
  let [sum, max] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const apart = Math.abs(values[at]! - want[at]!);
    sum += apart;
    max = apart <= max ? max : apart; // so that NaN stays
  }
  return { mean: sum / values.length, max };
}

/** The operation on two copies of the image, so that per-image numbers are used; the second copy's number is another one. */
export const onImage = (reference: ReferenceCase, op: (planes: Planes) => Planes, name = 'image'): tf.Tensor =>
  tf.tidy(() => {
    const image = tf.cast(reference.tensor<tf.Tensor3D>(name), 'float32');
    return tf.slice(toImages(op(toPlanes(tf.stack([image, image]) as tf.Tensor4D))), 0, 1);
  });

export const pair = (first: number, second: number): PerImage => tf.tensor1d([first, second]);
