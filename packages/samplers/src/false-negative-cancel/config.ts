import { rampable } from '@mochi/optim';
import { z } from 'zod';
import { bankOption } from '../bank-option.js';

export const falseNegativeCancelConfig = z.strictObject({
  sameSample: z.boolean().default(true).describe("leave out rows of the query's own image, by sample id"),
  threshold: rampable(z.number().min(-1).max(1))
    .default(0.7)
    .describe('cosine with the support above which a row is taken for a false negative; 1 takes none'),
  topK: rampable(z.int().nonnegative())
    .optional()
    .describe(
      'at most so many rows of each query, the most similar to the support, are taken for false negatives; absent: no limit',
    ),
  support: z
    .enum(['positive', 'query', 'both'])
    .default('positive')
    .describe("what rows are compared with: the query's positive, the query itself, or the closer of the two"),
  bank: bankOption,
});
export type FalseNegativeCancelConfig = z.infer<typeof falseNegativeCancelConfig>;
