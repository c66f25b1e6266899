import type { Dataset } from '@mochi/contract';
import { shardedDataset } from '../shards/sharded-dataset.js';
import type { z } from 'zod';
import type { webdatasetConfig } from './config.js';
import { indexShards } from './index-shards.js';

/**
 * Images of WebDataset shards, read in place: only the headers of the tars are read to find them.
 *
 * @throws MOCHI_SPLIT_CLASH at once; MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT from `split`.
 */
export function openWebdataset({ image, label = 'cls', ...config }: z.input<typeof webdatasetConfig>): Dataset {
  const parts = { image: image?.toLowerCase(), label: label?.toLowerCase() };
  return shardedDataset({
    ...config,
    name: 'webdataset',
    origin: {
      title: 'The WebDataset',
      layout: 'tar files in which each image stands beside its label: 000017.jpg, 000017.cls',
      from: 'whoever wrote it',
    },
    lookedFor: parts,
    index: (shards) => indexShards(shards, parts),
  });
}
