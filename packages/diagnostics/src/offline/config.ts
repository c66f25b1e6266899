import { evaluatorOptions } from '@mochi/core';
import { z } from 'zod';

/** Options of the evaluators of this package. */
const common = {
  batches: z.int().positive().default(8).describe('batches of training images that are drawn for, of `train.batchSize` each'),
  ...evaluatorOptions,
};

const n = z
  .int()
  .positive()
  .optional()
  .describe('rows, the N hardest of each query; default: a sixteenth of the bank, at most 1,024');

export const drawsConfig = z.strictObject(common);
export const hardestConfig = z.strictObject({ n, ...common });
export type DrawsConfig = z.infer<typeof hardestConfig>;
