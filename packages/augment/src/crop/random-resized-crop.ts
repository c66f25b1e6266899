import { gather, imageSize, resizeAntialiased, sliceDynamic } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { toGrid } from '../planes.js';

export interface CropOptions {
  /** Least and most share of the image's area. */
  readonly scale: readonly [number, number];
  /** Least and most width / height, drawn evenly in its logarithm. */
  readonly ratio: readonly [number, number];
}

const TRIES = 10;
/** Uniform numbers of one crop: area and ratio of ten tries, then the place. */
export const CROP_DRAWS = 2 * TRIES + 2;

/** Pixels, int32 scalars. */
export interface CropBox {
  readonly top: tf.Scalar;
  readonly left: tf.Scalar;
  readonly height: tf.Scalar;
  readonly width: tf.Scalar;
}

/**
 * The box that torchvision's RandomResizedCrop draws: the first of ten tries that fits into the image, else the largest centred box whose
 * ratio is allowed. All tries are computed at once, so the number of draws and of ops is fixed.
 *
 * @param size Of the image, int32 scalars. @param draws [CROP_DRAWS] in [0, 1).
 */
export function randomCropBox(
  size: { height: tf.Scalar; width: tf.Scalar },
  draws: tf.Tensor1D,
  { scale, ratio }: CropOptions,
): CropBox {
  return tf.tidy(() => {
    const [height, width] = [tf.cast(size.height, 'float32'), tf.cast(size.width, 'float32')] as [tf.Scalar, tf.Scalar];
    const [areas, ratios, place] = tf.split(draws, [TRIES, TRIES, 2]) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
    const area = tf.mul(tf.add(tf.mul(areas, scale[1] - scale[0]), scale[0]), tf.mul(height, width));
    const aspect = tf.exp(tf.add(tf.mul(ratios, Math.log(ratio[1] / ratio[0])), Math.log(ratio[0])));
    const tries = tf.round(tf.sqrt(tf.stack([tf.div(area, aspect), tf.mul(area, aspect)]))) as tf.Tensor2D; // [2, 10]: heights, widths
    const whole = tf.stack([height, width]) as tf.Tensor1D;
    const fits = tf.all(tf.logicalAnd(tf.greater(tries, 0), tf.lessEqual(tries, tf.expandDims(whole, 1))), 0);
    const first = tf.min(tf.where(fits, tf.range(0, TRIES, 1, 'int32'), tf.fill([TRIES], TRIES, 'int32'))) as tf.Scalar;
    // The fallback is the eleventh column, so one gather finds the box.
    const boxes = tf.concat([tries, tf.expandDims(widestBox(height, width, ratio), 1)], 1);
    const box = tf.reshape(gather(boxes, tf.reshape(first, [1]) as tf.Tensor1D, { axis: 1 }), [2]) as tf.Tensor1D;
    const room = tf.sub(whole, box);
    const corner = tf.where(
      tf.equal(first, TRIES) as tf.Tensor,
      tf.floor(tf.mul(room, 0.5)),
      tf.floor(tf.mul(place, tf.add(room, 1))),
    );
    const [top, left, high, wide] = tf.unstack(tf.cast(tf.concat([corner, box]), 'int32')) as [
      tf.Scalar,
      tf.Scalar,
      tf.Scalar,
      tf.Scalar,
    ];
    return { top, left, height: high, width: wide };
  });
}

/** Height and width of the largest box whose ratio is allowed, [2]. */
function widestBox(height: tf.Scalar, width: tf.Scalar, [low, high]: readonly [number, number]): tf.Tensor1D {
  return tf.stack([
    tf.minimum(height, tf.round(tf.div(width, low))),
    tf.minimum(width, tf.round(tf.mul(height, high))),
  ]) as tf.Tensor1D;
}

/** A box of an image, resized with antialiasing. @param image [?, ?, 3]. @returns [size, size, 3], whole numbers in 0..255. */
export function cropAndResize(image: tf.Tensor3D, { top, left, height, width }: CropBox, size: number): tf.Tensor3D {
  return tf.tidy(() => {
    const zero = tf.scalar(0, 'int32');
    const box = sliceDynamic(
      image,
      tf.stack([top, left, zero]) as tf.Tensor1D,
      tf.stack([height, width, tf.scalar(3, 'int32')]) as tf.Tensor1D,
    );
    return toGrid(resizeAntialiased(box, [size, size]));
  });
}

/**
 * torchvision's RandomResizedCrop with antialiasing.
 *
 * @param image [height, width, 3] in 0..255; its sides may be unknown while tracing. @param draws [CROP_DRAWS] in [0, 1).
 * @returns [size, size, 3], whole numbers in 0..255.
 */
export const randomResizedCrop = (image: tf.Tensor3D, draws: tf.Tensor1D, size: number, options: CropOptions): tf.Tensor3D =>
  tf.tidy(() => cropAndResize(image, randomCropBox(imageSize(image), draws, options), size));
