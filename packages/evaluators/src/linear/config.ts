import { z } from 'zod';
import { commonFields, measuredSplit } from '../common-config.js';

/** How the learning rate of SGD falls. */
const rateSchedule = z.union([
  z.literal('cosine'),
  z.strictObject({
    milestones: z.array(z.int().positive()).min(1).describe('epochs after which the rate is multiplied by `gamma`'),
    gamma: z.number().gt(0).lt(1).default(0.1).describe('factor at each milestone, no unit'),
  }),
]);

export const linearConfig = z.strictObject({
  train: z.string().min(1).default('train').describe('split whose labelled rows train the probe'),
  test: measuredSplit('split that is classified; never seen before'),
  solver: z
    .enum(['sgd', 'lbfgs', 'ridge'])
    .default('sgd')
    .describe('sgd: the published protocols; lbfgs: the same loss to its minimum; ridge: least squares, closed form'),
  rates: z
    .array(z.number().positive())
    .min(1)
    .default([0.001, 0.003, 0.01, 0.03, 0.1, 0.3])
    .describe('learning rates of sgd, tried all at once; the best on held-out training rows is used'),
  penalties: z
    .array(z.number().nonnegative())
    .min(1)
    .default([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1])
    .describe('L2 penalties of lbfgs and ridge, for a mean over the rows; chosen as the rate is'),
  validation: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.1)
    .describe('share of the training rows held out to choose rate or penalty; a single one needs none'),
  epochs: z.int().positive().default(50).describe('passes over the training rows, of sgd'),
  batchSize: z.int().positive().default(256).describe('rows in a step of sgd'),
  schedule: rateSchedule.default('cosine').describe('of the rate of sgd: cosine to 0, or steps at given epochs'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('of sgd, no dampening, no Nesterov'),
  weightDecay: z.number().nonnegative().default(0).describe('of sgd: added to the gradient of the weights, not of the bias'),
  iterations: z.int().positive().default(200).describe('of lbfgs at most'),
  standardise: z
    .boolean()
    .default(true)
    .describe('bring each feature to mean 0 and deviation 1, as measured on the training rows'),
  ...commonFields,
});
export type LinearConfig = z.infer<typeof linearConfig>;
