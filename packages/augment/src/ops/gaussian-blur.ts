import * as tf from '@tensorflow/tfjs-core';
import type { PerImage, Planes } from '../planes.js';

/**
 * Gaussian blur with reflected borders and a kernel of radius ceil(3 sigma), at most the side less one. Each axis is one product with a
 * banded matrix per image, into which the reflection is folded: every image has its own sigma at the cost of one.
 *
 * @param sigma [B], pixels, above 0. @param chosen [B] bool; the other images come back exactly as they were.
 * @returns Not rounded.
 */
export function gaussianBlur(planes: Planes, sigma: PerImage, chosen?: tf.Tensor1D): Planes {
  const [colours, , height, width] = planes.shape;
  return tf.tidy(() => {
    // One matrix per plane, not one per image and broadcast: TensorFlow 2.21 with oneDNN writes out of bounds in products of
    // [3, 1, n, n] and [1, n, n].
    const perPlane = (matrix: tf.Tensor3D): tf.Tensor3D => tf.tile(matrix, [colours, 1, 1]);
    const rows = perPlane(blurMatrix(height, sigma, chosen)); // [3 B, height, height]
    const columns = width === height ? rows : perPlane(blurMatrix(width, sigma, chosen));
    const flat = tf.reshape(planes, [-1, height, width]) as tf.Tensor3D;
    return tf.reshape(tf.matMul(tf.matMul(rows, flat), columns, false, true), planes.shape);
  });
}

/** [B, side, side]: row i holds the weights of the pixels that make pixel i. */
function blurMatrix(side: number, sigma: PerImage, chosen?: tf.Tensor1D): tf.Tensor3D {
  return tf.tidy(() => {
    const exponent = tf.reshape(tf.div(-0.5, tf.square(sigma)), [-1, 1, 1]);
    const radius = tf.reshape(tf.minimum(tf.ceil(tf.mul(sigma, 3)), side - 1), [-1, 1, 1]);
    // A pixel is reached directly, or beyond the border at its mirror image.
    const weights = distances(side).map((distance) => {
      const weight = tf.exp(tf.mul(exponent, tf.square(distance)));
      return tf.mul(weight, tf.cast(tf.lessEqual(distance, radius), 'float32'));
    });
    const sum = tf.addN(weights);
    const matrix = tf.div(sum, tf.sum(sum, 2, true)) as tf.Tensor3D;
    return chosen ? tf.where(tf.reshape(chosen, [-1, 1, 1]), matrix, tf.expandDims(tf.eye(side), 0)) : matrix;
  });
}

/** Distances [1, side, side] of each pair of pixels, and over the mirror at either border; where there is none, farther than any kernel. */
function distances(side: number): tf.Tensor3D[] {
  const none = 2 * side;
  const table = (of: (i: number, j: number) => number): tf.Tensor3D =>
    tf.tensor3d(
      Float32Array.from({ length: side * side }, (_, at) => of(Math.floor(at / side), at % side)),
      [1, side, side],
    );
  return [
    table((i, j) => Math.abs(i - j)),
    table((i, j) => (j === 0 ? none : i + j)),
    table((i, j) => (j === side - 1 ? none : 2 * (side - 1) - i - j)),
  ];
}
