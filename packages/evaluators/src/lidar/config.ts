import { z } from 'zod';
import { commonFields } from '../common-config.js';

export const lidarConfig = z.strictObject({
  split: z.string().min(1).nullable().default(null).describe('split that is measured; null: the first of the data set'),
  images: z.int().min(2).default(1000).describe('images at most, drawn by the seed: several times the width of the layer'),
  views: z.int().min(2).default(10).describe('random training views of each image; 50 in the paper'),
  delta: z.number().positive().default(1e-4).describe('added to the covariance within images, so that it can be inverted'),
  ...commonFields,
});
export type LidarConfig = z.infer<typeof lidarConfig>;
