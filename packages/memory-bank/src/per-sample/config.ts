import { z } from 'zod';
import { bankOptions } from '../bank-options.js';

export const perSampleConfig = z.strictObject({
  ...bankOptions,
  momentum: z
    .number()
    .min(0)
    .lt(1)
    .default(0.5)
    .describe('share of a row that stays when its sample is seen again; the rest is the new key. 0 replaces it'),
  maskSelf: z.boolean().default(true).describe("leave out the row of the query's own image"),
});
export type PerSampleConfig = z.infer<typeof perSampleConfig>;
