import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';

/** Left and right exchanged. */
export const horizontalFlip = (planes: Planes): Planes => tf.reverse(planes, 3);
