import { z } from 'zod';

export const sgdConfig = z
  .strictObject({
    rate: z.number().nonnegative().default(0.03).describe('base learning rate, multiplied by the schedule'),
    momentum: z.number().min(0).lt(1).default(0.9).describe('share of the velocity that stays at each step'),
    weightDecay: z.number().nonnegative().default(1e-4).describe('times the weight, added to its gradient'),
    nesterov: z.boolean().default(false).describe('look ahead by one velocity; needs momentum > 0'),
    excludeBias: z.boolean().default(false).describe('leave biases and norms (parameters of one dimension) out of weight decay'),
  })
  .refine((sgd) => !sgd.nesterov || sgd.momentum > 0, { error: 'nesterov needs momentum > 0', path: ['nesterov'] });
export type SgdConfig = z.infer<typeof sgdConfig>;
export type SgdOptions = z.input<typeof sgdConfig>;
