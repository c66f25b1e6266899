import { z } from 'zod';

export const jsonlConfig = z.strictObject({
  file: z
    .string()
    .min(1)
    .default('events.jsonl')
    .describe('file of the run folder (or an absolute path) that events are appended to'),
  flushSeconds: z.number().positive().max(60).default(1).describe('seconds that an event may wait in memory'),
});
export type JsonlConfig = z.infer<typeof jsonlConfig>;
