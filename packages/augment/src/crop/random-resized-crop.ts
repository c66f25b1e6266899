import { attr, execute } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

export interface CropOptions {
  /** Least and most share of the image's area. */
  readonly scale: readonly [number, number];
  /** Least and most width / height, drawn evenly in its logarithm. */
  readonly ratio: readonly [number, number];
}

const TRIES = 10;
/** Uniform numbers of one crop: area and ratio of ten tries, then the place. */
export const CROP_DRAWS = 2 * TRIES + 2;

/**
 * The boxes that torchvision's RandomResizedCrop draws: the first of ten tries that fits into the image, else the largest centred box whose
 * ratio is allowed. All tries are computed at once, so the number of draws and of ops is fixed.
 *
 * @param sizes Height and width of each image, pixels, [B, 2]. @param draws [B, CROP_DRAWS] in [0, 1).
 * @returns Top, left, height, width: whole pixels, [B, 4] float32.
 */
export function randomCropBoxes(sizes: tf.Tensor2D, draws: tf.Tensor2D, { scale, ratio }: CropOptions): tf.Tensor2D {
  return tf.tidy(() => {
    const [areas, ratios, place] = tf.split(draws, [TRIES, TRIES, 2], 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const area = tf.mul(tf.add(tf.mul(areas, scale[1] - scale[0]), scale[0]), tf.prod(sizes, 1, true)); // [B, 10]
    const aspect = exp(tf.add(tf.mul(ratios, Math.log(ratio[1] / ratio[0])), Math.log(ratio[0])));
    const tries = tf.round(tf.sqrt(tf.stack([tf.div(area, aspect), tf.mul(area, aspect)], 1))); // [B, 2, 10]: heights, widths
    const whole = tf.expandDims(sizes, 2);
    const fits = tf.all(tf.logicalAnd(tf.greater(tries, 0), tf.lessEqual(tries, whole)), 1); // [B, 10]
    const first = tf.min(tf.where<tf.Tensor>(fits, tf.range(0, TRIES), tf.scalar(TRIES)), 1, true); // [B, 1]
    // The fallback is the eleventh column; a sum with one term other than 0 takes the right one.
    const boxes = tf.concat([tries, tf.expandDims(widestBoxes(sizes, ratio), 2)], 2);
    const chosen = tf.cast(tf.equal(tf.range(0, TRIES + 1), first), 'float32'); // [B, 11]
    const box = tf.sum(tf.mul(boxes, tf.expandDims(chosen, 1)), 2); // [B, 2]
    const room = tf.sub(sizes, box);
    const centre = tf.floor(tf.mul(room, 0.5));
    const corner = tf.where(tf.equal(first, TRIES), centre, tf.floor(tf.mul(place, tf.add(room, 1))));
    return tf.concat([corner, box], 1) as tf.Tensor2D;
  });
}

/** Computed in float64: rounded to float32 it is the same number by whichever code, for one image and for many. */
function exp(x: tf.Tensor): tf.Tensor {
  const cast = (value: tf.Tensor, dtype: 'float32' | 'float64'): tf.Tensor =>
    execute('Cast', [attr.type('DstT', dtype)], [value])[0]!;
  return cast(execute('Exp', [attr.type('T', 'float64')], [cast(x, 'float64')])[0]!, 'float32');
}

/** Height and width of the largest box whose ratio is allowed, [B, 2]. */
function widestBoxes(sizes: tf.Tensor2D, [low, high]: readonly [number, number]): tf.Tensor2D {
  const [height, width] = tf.split(sizes, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const fitted = [tf.minimum(height, tf.round(tf.div(width, low))), tf.minimum(width, tf.round(tf.mul(height, high)))];
  return tf.concat(fitted, 1) as tf.Tensor2D;
}
