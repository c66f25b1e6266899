import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';

/** torchvision's invert: the negative. */
export const invert = (planes: Planes): Planes => tf.sub(255, planes);
