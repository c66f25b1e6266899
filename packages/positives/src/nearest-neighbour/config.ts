import { DEFAULT_BANK } from '@mochi/contract';
import { z } from 'zod';

export const nearestNeighbourConfig = z.strictObject({
  bank: z.string().min(1).default(DEFAULT_BANK).describe('bank to look in, by its name: `as` in the config of the bank'),
  maskSelf: z
    .boolean()
    .default(false)
    .describe("leave out older keys of the query's own image, by sample id: the positive is then another image"),
});
export type NearestNeighbourConfig = z.infer<typeof nearestNeighbourConfig>;
