import { z } from 'zod';

export const larsConfig = z.strictObject({
  rate: z.number().nonnegative().default(0.3).describe('base learning rate, multiplied by the schedule; often 0.3 x batch / 256'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('share of the velocity that stays at each step'),
  weightDecay: z
    .number()
    .nonnegative()
    .default(1e-6)
    .describe('times the weight, added to its gradient before the norm is taken'),
  trust: z
    .number()
    .positive()
    .default(0.001)
    .describe('trust coefficient: length of a step relative to the weights of its layer, at rate 1'),
  excludeBias: z
    .boolean()
    .default(true)
    .describe('leave biases and norms (parameters of one dimension) out of weight decay and of the layer-wise rate'),
});
export type LarsConfig = z.infer<typeof larsConfig>;
export type LarsOptions = z.input<typeof larsConfig>;
