import { z } from 'zod';
import { commonFields, measuredSplit } from '../common-config.js';

export const retrievalConfig = z.strictObject({
  queries: measuredSplit('split whose rows are looked up'),
  gallery: z.string().min(1).default('train').describe('split that is searched'),
  by: z
    .enum(['id', 'label'])
    .default('label')
    .describe('what makes a hit: the same sample id (place in its split), or the same label'),
  ks: z
    .array(z.int().positive())
    .min(1)
    .default([1, 5])
    .describe('R@k for each k: percent of queries with a hit among the k nearest'),
  centre: z.boolean().default(true).describe('subtract the mean of the gallery from both sides first'),
  excludeSelf: z
    .boolean()
    .default(false)
    .describe('leave out the row with the id of the query: for a split that is searched for itself'),
  ...commonFields,
});
export type RetrievalConfig = z.infer<typeof retrievalConfig>;
