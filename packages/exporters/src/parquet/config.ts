import { z } from 'zod';

export const parquetConfig = z.strictObject({
  rowGroupRows: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1024)
    .describe('rows in a row group: what a reader loads at once, and what is encoded in memory'),
  compression: z
    .enum(['none', 'snappy'])
    .default('none')
    .describe('codec of every column; embeddings hardly compress, so snappy costs time for a few percent'),
});
export type ParquetConfig = z.infer<typeof parquetConfig>;
