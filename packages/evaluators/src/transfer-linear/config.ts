import { z } from 'zod';
import { linearConfig } from '../linear/config.js';

const { train, test, ...probe } = linearConfig.shape;

const labelledSet = z.strictObject({
  data: z.looseObject({ name: z.string().min(1).describe('plugin of kind data') }).describe('as the section data of a config'),
  as: z.string().min(1).optional().describe('name in the results; default: the name of the plugin'),
  train,
  test,
});

export const transferLinearConfig = z.strictObject({
  sets: z.array(labelledSet).min(1).describe('labelled data sets; each is probed by itself'),
  ...probe,
  as: z.string().min(1).optional().describe('name of the results, where an evaluator is used twice'),
});
export type TransferLinearConfig = z.infer<typeof transferLinearConfig>;
