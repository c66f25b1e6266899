import { z } from 'zod';
import { holdoutConfig } from '../image-folder/config.js';

const paths = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** Shards: one split, or several by name. @param what They are, in the plural. */
export const shardPath = (what: string) =>
  z
    .union([paths, z.record(z.string().min(1), paths).refine((splits) => Object.keys(splits).length > 0, 'names no shard')])
    .describe(
      `${what}: a path, or several, with {000..146} for each of a series and * for those that are there; one such for the split "train", or one for each split by name`,
    );
export type ShardPath = z.infer<ReturnType<typeof shardPath>>;

export const holdoutFields = {
  cache: z
    .string()
    .min(1)
    .optional()
    .describe(
      'folder where the places of the images are kept, so that shards are searched once; left out: mochi/shards in the cache folder of the user',
    ),
  ...holdoutConfig,
};
