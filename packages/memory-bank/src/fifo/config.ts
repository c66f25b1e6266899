import { z } from 'zod';
import { bankOptions } from '../bank-options.js';

export const fifoConfig = z.strictObject({
  ...bankOptions,
  capacity: z
    .int()
    .positive()
    .default(16384)
    .describe('rows kept, at least one batch; a multiple of the batch avoids split writes'),
  maskSelf: z.boolean().default(false).describe("leave out older keys of the query's own image, by sample id"),
});
export type FifoConfig = z.infer<typeof fifoConfig>;
