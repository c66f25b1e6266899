import { z } from 'zod';
import { commonFields, measuredSplit } from '../common-config.js';

export const classConcentrationConfig = z.strictObject({
  split: measuredSplit('split whose labelled rows are measured'),
  maxRows: z.int().min(2).max(100_000).default(10_000).describe('rows at most, drawn by the seed: it costs rows^2 * dim'),
  ...commonFields,
});
export type ClassConcentrationConfig = z.infer<typeof classConcentrationConfig>;
