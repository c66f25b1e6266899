import { rampable } from '@mochi/optim';
import { z } from 'zod';

/** Options of the corrected denominator. */
export const correctionOptions = {
  tauPlus: rampable(z.number().min(0).lt(1))
    .default(0.1)
    .describe("share of rows that are of the query's own class; 1 / classes where classes are even"),
  floor: z
    .number()
    .min(-1)
    .max(1)
    .default(-1)
    .describe('cosine whose e^(cosine / t) is the least that the mean over negatives is corrected to; the paper: -1'),
};
