import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';

/** torchvision's posterize: only the upper bits of each value are kept. @param bits 1..8. */
export const posterize = (planes: Planes, bits: number): Planes =>
  tf.tidy(() => tf.mul(tf.floor(tf.mul(planes, 2 ** (bits - 8))), 2 ** (8 - bits)));
