import { DEFAULT_BANK } from '@mochi/contract';
import { z } from 'zod';

export const fifoConfig = z.strictObject({
  as: z.string().min(1).default(DEFAULT_BANK).describe('name by which samplers know it, where a run has several banks'),
  capacity: z
    .int()
    .positive()
    .default(16384)
    .describe('rows kept, at least one batch; a multiple of the batch avoids split writes'),
  fill: z
    .enum(['random', 'mask'])
    .default('random')
    .describe('rows not yet written: random unit vectors that count as negatives, or left out everywhere'),
  maskSelf: z.boolean().default(false).describe("leave out older keys of the query's own image, by sample id"),
  labels: z.boolean().default(false).describe('keep the label of each row, for oracles and audits; needs labelled data'),
});
export type FifoConfig = z.infer<typeof fifoConfig>;
