import { z } from 'zod';
import { commonFields } from '../common-config.js';

export const knnConfig = z.strictObject({
  k: z.int().positive().default(200).describe('neighbours that vote; more than there are training rows is clamped'),
  temperature: z.number().positive().default(0.07).describe('T of the weights exp(cosine / T), no unit'),
  train: z.string().min(1).default('train').describe('split whose labelled rows vote'),
  test: z.string().min(1).default('test').describe('split that is classified'),
  centre: z.boolean().default(false).describe('subtract the mean of the training rows first; the published protocol does not'),
  ...commonFields,
});
export type KnnConfig = z.infer<typeof knnConfig>;
