import { z } from 'zod';
import { commonFields, measuredSplit } from '../common-config.js';

export const clusteringConfig = z.strictObject({
  split: measuredSplit('split whose labelled rows are clustered'),
  clusters: z.int().min(2).nullable().default(null).describe('number of clusters; null: one for each class that occurs'),
  restarts: z.int().positive().default(3).describe('starts by k-means++; the one with the least inertia counts'),
  iterations: z.int().positive().default(300).describe('rounds of k-means at most'),
  normalise: z.boolean().default(true).describe('bring rows to unit length first, so that distance is cosine'),
  ...commonFields,
});
export type ClusteringConfig = z.infer<typeof clusteringConfig>;
