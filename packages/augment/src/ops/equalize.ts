import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';
import { histogram, LEVELS, lookUp } from './look-up.js';

/** torchvision's equalize: each colour of each image is mapped so that its values are spread evenly. */
export const equalize = (planes: Planes): Planes =>
  tf.tidy(() => {
    const counts = histogram(planes);
    const values = tf.reshape(tf.range(0, LEVELS), [1, 1, LEVELS]);
    const highest = tf.max(tf.where(tf.greater(counts, 0), values, tf.scalar(-1)), 2, true); // [3, B, 1]
    const ofHighest = tf.sum(tf.mul(counts, tf.cast(tf.equal(values, highest), 'float32')), 2, true);
    // Whole numbers below 2^24 and true divisions: exact in float32.
    const step = tf.floor(tf.div(tf.sub(tf.sum(counts, 2, true), ofHighest), LEVELS - 1));
    const below = tf.add(tf.cumsum(counts, 2, true), tf.floor(tf.div(step, 2)));
    const spread = tf.minimum(tf.floor(tf.div(below, tf.maximum(step, 1))), LEVELS - 1);
    return lookUp(planes, tf.where(tf.greater(step, 0), spread, tf.add(tf.zerosLike(counts), values)) as tf.Tensor3D);
  });
