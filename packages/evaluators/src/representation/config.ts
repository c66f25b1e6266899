import { z } from 'zod';
import { commonFields } from '../common-config.js';

export const representationConfig = z.strictObject({
  split: z.string().min(1).nullable().default(null).describe('split that is measured; null: the first of the data set'),
  pairs: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('split whose rows are the positives of the rows with the same id; null: alignment is not measured'),
  views: z.boolean().default(false).describe('two random training views of each image are the positives, in place of `pairs`'),
  alpha: z.number().positive().default(2).describe('power of the distance in alignment, no unit'),
  t: z.number().positive().default(2).describe('sharpness of the potential in uniformity, no unit'),
  maxRows: z
    .int()
    .min(2)
    .max(100_000)
    .default(10_000)
    .describe('rows at most, drawn by the seed: uniformity costs rows^2 * dim, RankMe rows * dim^2'),
  ...commonFields,
});
export type RepresentationConfig = z.infer<typeof representationConfig>;
