import * as tf from '@tensorflow/tfjs-core';
import { attr, type Attr } from '../native/attributes.js';
import { nativeDtype, execute } from '../runtime/execute.js';
import { imageSize, sliceDynamic } from './dynamic-shape.js';

/** What the filter of a resize looks at: the box alone (cut, then resized), or the whole image (resized, then cut). */
export type Sees = 'box' | 'image';

/**
 * Bilinear resize with antialiasing: a triangle filter that widens with the reduction, as PIL's BILINEAR and torchvision's antialias have
 * it. PIL rounds to whole numbers between its two passes, so it may differ by 1 of 255. No gradient.
 *
 * @param image [h, w, C] float32; h and w may be unknown (-1) while tracing. @param size [height, width], pixels.
 * @returns [height, width, C].
 */
export function resizeAntialiased(image: tf.Tensor3D, [height, width]: readonly [number, number]): tf.Tensor3D {
  return tf.tidy(() => {
    const from = imageSize(image);
    const scale = tf.div(tf.tensor1d([height, width]), tf.cast(tf.stack([from.height, from.width]), 'float32'));
    const inputs = [tf.expandDims(image, 0), tf.tensor1d([height, width], 'int32'), scale, tf.zeros([2])];
    return tf.squeeze(execute('ScaleAndTranslate', filterAttrs(image), inputs)[0]!, [0]);
  });
}

/**
 * A part of an image, resized as by `resizeAntialiased`. For images of any size, one by one; `resizeBoxes` does a batch.
 *
 * @param image [h, w, C] float32 or uint8; h and w may be unknown while tracing.
 * @param box Top, left, height, width, pixels, [4] float32; whole numbers where `sees` is `box`. @param size Side of the result, pixels.
 * @returns [size, size, C] float32, not rounded. No gradient.
 */
export const resizeBox = (image: tf.Tensor3D, box: tf.Tensor1D, size: number, sees: Sees = 'box'): tf.Tensor3D =>
  tf.tidy(() => tf.transpose(resizeToColumns(image, box, size, sees), [2, 0, 1]));

/**
 * As `resizeBox`, column after column, [size, C, size]: x, colour, y. TensorFlow's op resizes along the first axis three times as fast as along
 * the second, so the image is turned between its two passes; whoever can work on columns saves turning it back.
 */
export function resizeToColumns(image: tf.Tensor3D, box: tf.Tensor1D, size: number, sees: Sees = 'box'): tf.Tensor3D {
  const colours = image.shape[2];
  return tf.tidy(() => {
    const [top, left, height, width] = tf.split(box, 4) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
    const seen = sees === 'box' ? cut(image, box) : image;
    const side = tf.tensor1d([-1], 'int32');
    const wide = tf.reshape(imageSize(seen).width, [1]);
    const colour = tf.tensor1d([colours], 'int32');
    const from = (corner: tf.Tensor1D): tf.Tensor1D => (sees === 'box' ? tf.zerosLike(corner) : corner);
    const rows = resizeFirst(reshapeTo(seen, [tf.tensor1d([1], 'int32'), side, tf.tensor1d([1], 'int32'), tf.mul(wide, colour)]), from(top), height, size); // prettier-ignore
    const turned = tf.transpose(reshapeTo(rows, [tf.tensor1d([size], 'int32'), wide, colour]) as tf.Tensor3D, [1, 2, 0]); // [w, C, size]
    const columns = resizeFirst(reshapeTo(turned, [tf.tensor1d([1, -1, 1, colours * size], 'int32')]), from(left), width, size);
    return tf.reshape(columns, [size, colours, size]);
  });
}

/** A box of whole pixels. */
function cut(image: tf.Tensor3D, box: tf.Tensor1D): tf.Tensor3D {
  const whole = tf.cast(box, 'int32');
  const begin = tf.concat([tf.slice(whole, 0, 2), tf.tensor1d([0], 'int32')]) as tf.Tensor1D;
  return sliceDynamic(image, begin, tf.concat([tf.slice(whole, 2, 2), tf.tensor1d([-1], 'int32')]) as tf.Tensor1D);
}

/** The part [corner, corner + length) of the second axis of [1, n, 1, m] stretched to `size`. */
function resizeFirst(x: tf.Tensor, corner: tf.Tensor1D, length: tf.Tensor1D, size: number): tf.Tensor {
  const scale = tf.div(size, length) as tf.Tensor1D;
  const translation = tf.concat([tf.neg(tf.mul(corner, scale)), tf.zeros([1])]);
  const to = tf.tensor1d([size, 1], 'int32');
  return execute('ScaleAndTranslate', filterAttrs(x), [x, to, tf.concat([scale, tf.ones([1])]), translation])[0]!;
}

const reshapeTo = (x: tf.Tensor, shape: tf.Tensor[]): tf.Tensor =>
  execute('Reshape', [], [x, shape.length === 1 ? shape[0]! : tf.concat(shape as tf.Tensor1D[])])[0]!;

const filterAttrs = (x: tf.Tensor): Attr[] => [
  attr.type('T', nativeDtype(x)),
  attr.string('kernel_type', 'triangle'),
  attr.bool('antialias', true),
];

/**
 * A part of each image of a batch, resized as by `resizeAntialiased`: each axis is one product with a matrix of the filter's weights. For small
 * images: the time grows with the height and width that they are laid into.
 *
 * @param images [B, h, w, C] float32 or uint8, each at the top left of its place. @param sizes Their heights and widths, [B, 2] float32.
 * @param boxes Top, left, height, width, pixels, [B, 4] float32. @param size Side of the results, pixels.
 * @returns [B, size, size, C] float32, not rounded. No gradient.
 */
export function resizeBoxes(
  images: tf.Tensor4D,
  sizes: tf.Tensor2D,
  boxes: tf.Tensor2D,
  size: number,
  sees: Sees = 'box',
): tf.Tensor4D {
  const [batch, height, width, colours] = images.shape;
  return tf.tidy(() => {
    const [top, left, high, wide] = tf.unstack(boxes, 1) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
    const [imageHeight, imageWidth] = tf.unstack(sizes, 1) as [tf.Tensor1D, tf.Tensor1D];
    const seen = (from: tf.Tensor1D, length: tf.Tensor1D, whole: tf.Tensor1D): [tf.Tensor, tf.Tensor] =>
      sees === 'box' ? [from, tf.add(from, length)] : [tf.zerosLike(whole), whole];
    // One matrix per colour and image, not one per image and broadcast: TensorFlow 2.21 with oneDNN writes out of bounds in such products.
    const perColour = (weights: tf.Tensor3D): tf.Tensor3D => tf.tile(weights, [colours, 1, 1]);
    const rows = perColour(filterWeights(height, size, top, high, seen(top, high, imageHeight))); // [C B, size, height]
    const columns = perColour(filterWeights(width, size, left, wide, seen(left, wide, imageWidth))); // [C B, size, width]
    const floats = execute('Cast', [attr.type('DstT', 'float32')], [images])[0]!;
    const planes = tf.reshape(tf.transpose(floats, [3, 0, 1, 2]), [-1, height, width]);
    const resized = tf.matMul(tf.matMul(rows, planes), columns, false, true);
    return tf.transpose(tf.reshape(resized, [colours, batch, size, size]), [1, 2, 3, 0]);
  });
}

/** [B, size, side]: row i holds the weights of the pixels that make pixel i of the result. */
function filterWeights(
  side: number,
  size: number,
  from: tf.Tensor1D,
  length: tf.Tensor1D,
  [low, high]: [tf.Tensor, tf.Tensor],
): tf.Tensor3D {
  const perImage = (values: tf.Tensor): tf.Tensor => tf.reshape(values, [-1, 1, 1]);
  const pixel = tf.reshape(tf.add(tf.range(0, side), 0.5), [1, 1, side]);
  const step = perImage(tf.div(length, size));
  const centre = tf.add(perImage(from), tf.mul(tf.reshape(tf.add(tf.range(0, size), 0.5), [1, size, 1]), step));
  const triangle = tf.relu(tf.sub(1, tf.div(tf.abs(tf.sub(pixel, centre)), tf.maximum(step, 1))));
  const inside = tf.logicalAnd(tf.greater(pixel, perImage(low)), tf.less(pixel, perImage(high)));
  const weights = tf.mul(triangle, tf.cast(inside, 'float32'));
  return tf.div(weights, tf.sum(weights, 2, true));
}
