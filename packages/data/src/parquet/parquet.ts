import type { Dataset } from '@mochi/contract';
import { shardedDataset } from '../shards/sharded-dataset.js';
import type { z } from 'zod';
import type { parquetConfig } from './config.js';
import { indexParquet } from './index-parquet.js';

/**
 * Images of Parquet files, as image hubs have them. They are read once to find the images; see {@link indexParquet} for what is then read.
 *
 * @throws MOCHI_SPLIT_CLASH at once; MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT from `split`.
 */
export function openParquet({ image, label, ...config }: z.input<typeof parquetConfig>): Dataset {
  const wanted = { ...(image === undefined ? {} : { image }), ...(label === undefined ? {} : { label }) };
  return shardedDataset({
    ...config,
    name: 'parquet',
    origin: {
      title: 'The Parquet data set',
      layout: 'Parquet files with a column of encoded images',
      from: 'the hub that has it, or whoever wrote it',
    },
    lookedFor: wanted,
    index: (shards, folder, key) => indexParquet(shards, wanted, folder, key),
  });
}
