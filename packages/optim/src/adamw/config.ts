import { z } from 'zod';

const share = z.number().min(0).lt(1);

export const adamwConfig = z.strictObject({
  rate: z.number().nonnegative().default(1e-3).describe('base learning rate, multiplied by the schedule'),
  beta1: share.default(0.9).describe('share of the mean of gradients that stays at each step'),
  beta2: share.default(0.999).describe('share of the mean of squared gradients that stays at each step'),
  epsilon: z.number().positive().default(1e-8).describe('added to the root of the mean square'),
  weightDecay: z
    .number()
    .nonnegative()
    .default(0.01)
    .describe('times rate and weight, taken off the weight: decoupled from the gradient'),
  excludeBias: z.boolean().default(false).describe('leave biases and norms (parameters of one dimension) out of weight decay'),
});
export type AdamwConfig = z.infer<typeof adamwConfig>;
export type AdamwOptions = z.input<typeof adamwConfig>;
