import { z } from 'zod';

export const lancedbConfig = z.strictObject({
  table: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('embeddings')
    .describe('name of the table in the database; it is replaced'),
  batchRows: z.int().min(1).max(100_000).default(4096).describe('rows that are handed over at a time: memory against speed'),
});
export type LancedbConfig = z.infer<typeof lancedbConfig>;
