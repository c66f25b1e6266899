import type { Augmentation, Preprocessing } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { noPlainPreprocessing } from '../errors.js';

const VIEW = 'eval';
/** Side of the large image that the crop is asked about, pixels: so large that whole pixels hardly round it. */
const LARGE = 4096;
const LEVELS = [0, 255, 128] as const;

/**
 * The eval view of an augmentation in numbers, so that other tools can do the same. It is measured, not declared: what the view makes of black,
 * white and gray, and which part of a large and of a small image it shows. So it holds for augmentations of others too.
 *
 * @throws MOCHI_EXPORT_PREPROCESSING for a view that does more than resize, cut and normalise
 */
export function preprocessingOf(augmentation: Augmentation): Preprocessing {
  const spec = augmentation.views.find(({ name }) => name === VIEW);
  if (!spec) throw noPlainPreprocessing();
  const { size, draws } = spec;
  const [black, white, gray] = LEVELS.map((level) => pixel(augmentation, level, size, draws));
  const std = white!.map((value, channel) => 1 / (value - black![channel]!));
  const mean = black!.map((value, channel) => -value * std[channel]!);
  const isAffine = gray!.every((value, c) => Math.abs(value - (LEVELS[2] / 255 - mean[c]!) / std[c]!) < 1e-3);
  const [resize, resizeSmall] = [LARGE, size].map((side) => resizeOf(augmentation, side, size, draws));
  if (!isAffine || resize === undefined || resizeSmall === undefined) throw noPlainPreprocessing();
  return { size, resize, resizeSmall, mean: rounded(mean), std: rounded(std) };
}

/** What the view resizes a square image to, pixels; undefined where it shows anything else than the centre of that. @param side Of the image. */
function resizeOf(augmentation: Augmentation, side: number, size: number, draws: number): number | undefined {
  const [top, left, height, width] = tf.tidy(() =>
    augmentation.crop(tf.tensor2d([[side, side]]), tf.zeros([1, draws]), VIEW).dataSync(),
  );
  const isCentred = top === left && height === width && Math.abs(2 * top! + height! - side) <= side / size;
  return isCentred ? Math.round((size * side) / height!) : undefined;
}

/** What the view makes of an image of one gray level, by channel. */
function pixel(augmentation: Augmentation, level: number, size: number, draws: number): number[] {
  return tf.tidy(() => {
    const made = augmentation.apply(tf.fill([1, size, size, 3], level) as tf.Tensor4D, tf.zeros([1, draws]), VIEW);
    return Array.from(tf.reshape(tf.slice(made, [0, 0, 0, 0], [1, 1, 1, 3]), [3]).dataSync());
  });
}

/** float32 has seven digits; the sixth decimal is noise. */
const rounded = (values: readonly number[]): [number, number, number] =>
  values.map((value) => Number(value.toFixed(5))) as [number, number, number];
