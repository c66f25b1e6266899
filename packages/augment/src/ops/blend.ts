import * as tf from '@tensorflow/tfjs-core';
import { overPlanes, type PerImage, type Planes } from '../planes.js';

/**
 * PIL's blend: from + factor * (planes - from), cut to 0..255 and truncated to a whole number. Factor 1 leaves the image as it is.
 *
 * @param from What factor 0 gives; anything that broadcasts over planes.
 */
export const blend = (from: tf.Tensor, planes: Planes, factor: PerImage): Planes =>
  tf.tidy(() => tf.floor(tf.clipByValue(tf.add(tf.mul(tf.sub(planes, from), overPlanes(factor)), from), 0, 255)) as Planes);
