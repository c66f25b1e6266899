import * as tf from '@tensorflow/tfjs-core';
import type { PerImage, Planes } from '../planes.js';
import { blend } from './blend.js';
import { luma, meanLuma } from './luma.js';

/** torchvision's adjust_contrast: the image's mean gray blended with the image. @param factor [B], 0 flat gray, 1 the image. */
export const contrast = (planes: Planes, factor: PerImage): Planes =>
  tf.tidy(() => blend(meanLuma(luma(planes)), planes, factor));
