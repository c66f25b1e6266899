import * as tf from '@tensorflow/tfjs-core';

/**
 * Images by colour: [3, B, height, width] float32, whole numbers in 0..255, as torchvision's uint8 images have them. The operations of this
 * package work on planes, because a colour is then one block of memory and a per-image factor broadcasts over it; with the colours
 * innermost, the same sums and maxima over three neighbours take several times as long.
 */
export type Planes = tf.Tensor4D;

/** One number for each image, [B] float32. */
export type PerImage = tf.Tensor1D;

/** @param images [B, height, width, 3]. */
export const toPlanes = (images: tf.Tensor4D): Planes => tf.transpose(images, [3, 0, 1, 2]);

/** @returns [B, height, width, 3]. */
export const toImages = (planes: Planes): tf.Tensor4D => tf.transpose(planes, [1, 2, 3, 0]);

/** [B] as [B, 1, 1], so that it broadcasts over planes. */
export const overPlanes = (values: tf.Tensor1D): tf.Tensor3D => tf.reshape(values, [-1, 1, 1]);

/** `changed` for the images that are chosen, `original` for the others. @param chosen [B] bool. */
export const choose = (chosen: tf.Tensor1D, changed: Planes, original: Planes): Planes =>
  tf.tidy(() => tf.where(overPlanes(chosen), changed, original));

/** The nearest number that a uint8 image can hold. */
export const toGrid = <T extends tf.Tensor>(x: T): T => tf.tidy(() => tf.clipByValue(tf.floor(tf.add(x, 0.5)), 0, 255) as T);
