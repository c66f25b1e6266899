import * as tf from '@tensorflow/tfjs-core';
import type { PerImage, Planes } from '../planes.js';
import { blend } from './blend.js';

/** torchvision's adjust_brightness: black blended with the image. @param factor [B], 0 black, 1 the image. */
export const brightness = (planes: Planes, factor: PerImage): Planes => tf.tidy(() => blend(tf.scalar(0), planes, factor));
