import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';

/** torchvision's solarize: values of the threshold and above are inverted. @param threshold 0..256. */
export const solarize = (planes: Planes, threshold: number): Planes =>
  tf.tidy(() => tf.where(tf.greaterEqual(planes, threshold), tf.sub(255, planes), planes));
