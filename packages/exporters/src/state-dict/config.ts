import { z } from 'zod';

export const stateDictConfig = z.strictObject({
  head: z
    .enum(['keep', 'drop'])
    .default('keep')
    .describe('keep: the projection head too, as fc or fc.0 and fc.2; drop: the backbone alone, for transfer'),
});
export type StateDictConfig = z.infer<typeof stateDictConfig>;
