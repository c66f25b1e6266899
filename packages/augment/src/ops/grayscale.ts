import * as tf from '@tensorflow/tfjs-core';
import type { Planes } from '../planes.js';
import { luma } from './luma.js';

/** torchvision's rgb_to_grayscale with three equal channels. */
export const grayscale = (planes: Planes): Planes => tf.tidy(() => tf.tile(luma(planes), [3, 1, 1, 1]));
