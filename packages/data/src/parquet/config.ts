import { z } from 'zod';
import { holdoutFields, shardPath } from '../shards/config.js';

export const parquetConfig = z.strictObject({
  path: shardPath('Parquet files'),
  image: z
    .string()
    .min(1)
    .optional()
    .describe(
      'column of the encoded images: bytes, or a struct of bytes and path as image hubs have it; left out: the first such column',
    ),
  label: z
    .string()
    .min(1)
    .nullable()
    .optional()
    .describe(
      'column of class numbers or names; left out: the first class label that the file declares, or label; null: no labels',
    ),
  ...holdoutFields,
});
export type ParquetConfig = z.infer<typeof parquetConfig>;
