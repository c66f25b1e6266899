import type { Dataset } from '@mochi/contract';
import { shardedDataset } from '../shards/sharded-dataset.js';
import type { z } from 'zod';
import type { tfrecordConfig } from './config.js';
import { indexRecords } from './index-records.js';

/**
 * Images of tf.Example records. The records are read once to find the images and to check their sums; images are then read in place.
 *
 * @throws MOCHI_SPLIT_CLASH at once; MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT from `split`.
 */
export function openTfrecord({ image, label, firstLabel = 0, ...config }: z.input<typeof tfrecordConfig>): Dataset {
  const keys = {
    image: image === undefined ? ['image/encoded', 'image'] : [image],
    label: label === undefined ? ['image/class/label', 'label'] : [label],
    firstLabel,
  };
  return shardedDataset({
    ...config,
    name: 'tfrecord',
    origin: {
      title: 'The TFRecords',
      layout: 'TFRecord files of tf.Examples with an encoded image each',
      from: 'whoever wrote them',
    },
    lookedFor: keys,
    index: (shards) => indexRecords(shards, keys),
  });
}
