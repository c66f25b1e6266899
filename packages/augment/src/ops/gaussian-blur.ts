import * as tf from '@tensorflow/tfjs-core';
import { overPlanes, type PerImage, type Planes } from '../planes.js';

/** Sides above this, in radii of the kernel, are blurred by sums of shifted images instead of products with matrices. */
const WIDE = 12;

/**
 * Gaussian blur with reflected borders and a kernel of radius ceil(3 sigma), at most the side less one.
 *
 * @param sigma [B], pixels, above 0. @param options most: the largest sigma that may come, pixels; large images are faster with it.
 * @returns Not rounded.
 */
export function gaussianBlur(planes: Planes, sigma: PerImage, { most = Infinity }: { most?: number } = {}): Planes {
  const [, , height, width] = planes.shape;
  const reach = Math.ceil(3 * most);
  return Math.min(height, width) > WIDE * reach ? blurByShifts(planes, sigma, reach) : blurByProducts(planes, sigma);
}

/** Each axis is the weighted sum of the image and of its shifts: 2 * reach + 1 of them. */
function blurByShifts(planes: Planes, sigma: PerImage, reach: number): Planes {
  return tf.tidy(() => {
    const distance = tf.abs(tf.range(-reach, reach + 1)) as tf.Tensor1D;
    const kernel = weightsOf(distance, tf.expandDims(sigma, 1), reach); // [B, 2 reach + 1]
    const weights = tf.unstack(tf.div(kernel, tf.sum(kernel, 1, true)), 1) as PerImage[];
    const along = (x: Planes, axis: 2 | 3): Planes => {
      const border = [0, 1, 2, 3].map((at): [number, number] => (at === axis ? [reach, reach] : [0, 0]));
      const padded = tf.mirrorPad(x, border, 'reflect');
      const begin = (at: number): number[] => [0, 1, 2, 3].map((other) => (other === axis ? at : 0));
      return tf.addN(weights.map((weight, at) => tf.mul(tf.slice(padded, begin(at), x.shape), overPlanes(weight)))) as Planes;
    };
    return along(along(planes, 2), 3);
  });
}

/** Not normalised; 0 beyond the radius. @param sigma Broadcasts over the distances. @param most The largest radius. */
const weightsOf = (distance: tf.Tensor, sigma: tf.Tensor, most: number): tf.Tensor => {
  const inside = tf.lessEqual(distance, tf.minimum(tf.ceil(tf.mul(sigma, 3)), most));
  return tf.mul(tf.exp(tf.mul(tf.div(-0.5, tf.square(sigma)), tf.square(distance))), tf.cast(inside, 'float32'));
};

/** Each axis is one product with a banded matrix per image, into which the reflection is folded. */
function blurByProducts(planes: Planes, sigma: PerImage): Planes {
  const [colours, , height, width] = planes.shape;
  return tf.tidy(() => {
    // One matrix per plane, not one per image and broadcast: TensorFlow 2.21 with oneDNN writes out of bounds in products of
    // [3, 1, n, n] and [1, n, n].
    const perPlane = (matrix: tf.Tensor3D): tf.Tensor3D => tf.tile(matrix, [colours, 1, 1]);
    const rows = perPlane(blurMatrix(height, sigma)); // [3 B, height, height]
    const columns = width === height ? rows : perPlane(blurMatrix(width, sigma));
    const flat = tf.reshape(planes, [-1, height, width]) as tf.Tensor3D;
    return tf.reshape(tf.matMul(tf.matMul(rows, flat), columns, false, true), planes.shape);
  });
}

/** [B, side, side]: row i holds the weights of the pixels that make pixel i. */
function blurMatrix(side: number, sigma: PerImage): tf.Tensor3D {
  return tf.tidy(() => {
    // A pixel is reached directly, or beyond the border at its mirror image.
    const sum = tf.addN(distances(side).map((distance) => weightsOf(distance, tf.reshape(sigma, [-1, 1, 1]), side - 1)));
    return tf.div(sum, tf.sum(sum, 2, true)) as tf.Tensor3D;
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
