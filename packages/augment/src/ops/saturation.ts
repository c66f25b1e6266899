import * as tf from '@tensorflow/tfjs-core';
import type { PerImage, Planes } from '../planes.js';
import { blend } from './blend.js';
import { luma } from './luma.js';

/** torchvision's adjust_saturation: the gray image blended with the image. @param factor [B], 0 gray, 1 the image. */
export const saturation = (planes: Planes, factor: PerImage): Planes => tf.tidy(() => blend(luma(planes), planes, factor));
