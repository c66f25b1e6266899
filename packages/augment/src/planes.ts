import { cond } from '@mochi/tensorflow';
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

/** Sides above this are worth a branch. */
const SMALL = 64;

/** Whether it is one large image: then what it is not chosen for is not computed. */
export const isAlone = ({ shape: [, batch, height, width] }: Planes): boolean => batch === 1 && Math.max(height, width) > SMALL;

/** `changed` for the images that are chosen, `original` for the others: for changes that cost no more than a copy. @param chosen [B] bool. */
export const choose = (chosen: tf.Tensor1D, changed: Planes, original: Planes): Planes =>
  tf.tidy(() => tf.where(overPlanes(chosen), changed, original));

/**
 * The same for a change that costs much: of one large image it is computed only where it is chosen.
 *
 * @param inputs All tensors that `change` uses besides the planes.
 */
export function changeChosen<I>(
  chosen: tf.Tensor1D,
  planes: Planes,
  inputs: I,
  change: (planes: Planes, inputs: I) => Planes,
): Planes {
  return tf.tidy(() => {
    if (!isAlone(planes)) return choose(chosen, change(planes, inputs), planes);
    const changed = (all: { planes: Planes; inputs: I }): Planes => change(all.planes, all.inputs);
    return cond(tf.reshape(chosen, []), { planes, inputs }, changed, (all) => tf.clone(all.planes));
  });
}

/** The nearest number that a uint8 image can hold. */
export const toGrid = <T extends tf.Tensor>(x: T): T => tf.tidy(() => tf.clipByValue(tf.floor(tf.add(x, 0.5)), 0, 255) as T);
