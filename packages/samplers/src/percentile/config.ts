import { mostOf, rampable } from '@mochi/optim';
import { z } from 'zod';
import { bankOption } from '../bank-option.js';

const share = z.number().min(0).max(1);

export const percentileConfig = z
  .strictObject({
    hardest: rampable(share).default(0.001).describe('share of the rows, the most similar to each query, that is left out'),
    easiest: rampable(share).default(0).describe('share of the rows, the least similar to each query, that is left out'),
    bank: bankOption,
  })
  .refine(({ hardest, easiest }) => mostOf(hardest) + mostOf(easiest) < 1, {
    error: 'hardest and easiest that leave something: less than 1 together, at their greatest',
    path: ['easiest'],
  });
export type PercentileConfig = z.infer<typeof percentileConfig>;
