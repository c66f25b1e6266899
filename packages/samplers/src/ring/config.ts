import { leastOf, mostOf, rampable } from '@mochi/optim';
import { z } from 'zod';
import { bankOption } from '../bank-option.js';

const share = z.number().min(0).max(1);

export const ringConfig = z
  .strictObject({
    lower: rampable(share).default(0.01).describe('where the ring begins: share of the rows that are closer to the query'),
    upper: rampable(share).default(0.1).describe('where the ring ends: share of the rows that are closer to the query'),
    count: z.int().positive().optional().describe('rows drawn from the ring, with replacement; absent: the whole ring'),
    bank: bankOption,
  })
  .refine(({ lower, upper }) => mostOf(lower) < leastOf(upper), {
    error: 'lower below upper, throughout both ramps',
    path: ['lower'],
  });
export type RingConfig = z.infer<typeof ringConfig>;
