import type { MixedBatch } from '@mochi/contract';
import { gather } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

/** Number, row or column of each image, [B]. */
type PerImage = tf.Tensor1D;

const overImages = (values: PerImage): tf.Tensor => tf.reshape(values, [-1, 1, 1, 1]);

/** Each image and its partner as one: share * x + (1 - share) * x[partner] (mixup). @param partners [B] int32. @param share [B], 0..1. */
export const blendPairs = (images: tf.Tensor4D, partners: PerImage, share: PerImage): tf.Tensor4D =>
  tf.tidy(() => {
    const other = gather(images, partners);
    return tf.add(other, tf.mul(tf.sub(images, other), overImages(share))) as tf.Tensor4D;
  });

interface Boxes {
  /** Top, left, bottom, right, pixels, [B] each; the last two are outside of it. */
  readonly top: PerImage;
  readonly left: PerImage;
  readonly bottom: PerImage;
  readonly right: PerImage;
}

/** A box of each image taken from its partner (CutMix). @returns The images, and what is left of each, [B]: 1 - area of the box. */
export function pastePairs(
  images: tf.Tensor4D,
  partners: PerImage,
  { top, left, bottom, right }: Boxes,
): { images: tf.Tensor4D; share: PerImage } {
  const [, height, width] = images.shape;
  return tf.tidy(() => {
    const within = (side: number, shape: number[], from: PerImage, to: PerImage): tf.Tensor => {
      const at = tf.reshape(tf.range(0, side), shape);
      return tf.logicalAnd(tf.greaterEqual(at, overImages(from)), tf.less(at, overImages(to)));
    };
    const inside = tf.logicalAnd(within(height, [1, height, 1, 1], top, bottom), within(width, [1, 1, width, 1], left, right));
    const area = tf.mul(tf.sub(bottom, top), tf.sub(right, left));
    return {
      images: tf.where(inside, gather(images, partners), images) as tf.Tensor4D,
      share: tf.sub(1, tf.div(area, height * width)) as PerImage,
    };
  });
}

/**
 * CutMix's boxes: sides sqrt(1 - share) of the image's, about a centre anywhere, cut off at the border.
 *
 * @param share [B]. @param centre Uniform, [B, 2]. @param size Side of the images, pixels.
 */
export function boxesOf(share: PerImage, centre: tf.Tensor2D, size: number): Boxes {
  return tf.tidy(() => {
    const half = tf.floor(tf.div(tf.floor(tf.mul(tf.sqrt(tf.sub(1, share)), size)), 2)) as PerImage;
    const [y, x] = tf.unstack(tf.floor(tf.mul(centre, size)), 1) as [PerImage, PerImage];
    const clipped = (value: tf.Tensor): PerImage => tf.clipByValue(value, 0, size) as PerImage;
    return {
      top: clipped(tf.sub(y, half)),
      left: clipped(tf.sub(x, half)),
      bottom: clipped(tf.add(y, half)),
      right: clipped(tf.add(x, half)),
    };
  });
}

/** Each image is `share` of itself and the rest of its partner. */
export const withTargets = (images: tf.Tensor4D, partners: PerImage, share: PerImage): MixedBatch => {
  const own = tf.range(0, images.shape[0], 1, 'int32');
  const columns = tf.stack([own, partners], 1) as tf.Tensor2D;
  return { images, targets: { columns, weights: tf.stack([share, tf.sub(1, share)], 1) as tf.Tensor2D } };
};
