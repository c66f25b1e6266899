import { z } from 'zod';

export const onlineLinearConfig = z.strictObject({
  classes: z
    .int('the number of classes of the data, a whole number of 2 or more')
    .min(2)
    .describe('classes of the data; labels from that on do not count'),
  rate: z.number().positive().default(0.1).describe('learning rate of the classifier'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('of SGD'),
  weightDecay: z.number().nonnegative().default(0).describe('times the weight, added to its gradient; not of the bias'),
});
export type OnlineLinearConfig = z.infer<typeof onlineLinearConfig>;
