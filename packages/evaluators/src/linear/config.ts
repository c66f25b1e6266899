import { z } from 'zod';
import { commonFields } from '../common-config.js';

export const linearConfig = z.strictObject({
  train: z.string().min(1).default('train').describe('split whose labelled rows train the probe'),
  test: z.string().min(1).default('test').describe('split that is classified; never seen before'),
  rates: z
    .array(z.number().positive())
    .min(1)
    .default([0.001, 0.003, 0.01, 0.03, 0.1, 0.3])
    .describe('learning rates tried, all at once; the best on held-out training rows is used'),
  validation: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.1)
    .describe('share of the training rows held out to choose the rate; one rate needs none'),
  epochs: z.int().positive().default(50).describe('passes over the training rows'),
  batchSize: z.int().positive().default(256).describe('rows in a step'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('of SGD, no dampening, no Nesterov'),
  weightDecay: z.number().nonnegative().default(0).describe('added to the gradient of the weights, not of the bias'),
  standardise: z
    .boolean()
    .default(true)
    .describe('bring each feature to mean 0 and deviation 1, as measured on the training rows'),
  ...commonFields,
});
export type LinearConfig = z.infer<typeof linearConfig>;
