import { z } from 'zod';

export const progressConfig = z.strictObject({
  everySeconds: z.number().positive().default(10).describe('seconds between plain lines where standard error is no terminal'),
  refreshMs: z.number().positive().default(100).describe('least milliseconds between two pictures of the live status'),
  live: z.boolean().optional().describe('live status instead of plain lines; default: whether standard error is a terminal'),
});
export type ProgressConfig = z.infer<typeof progressConfig>;
