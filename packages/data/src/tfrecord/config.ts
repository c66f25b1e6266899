import { z } from 'zod';
import { holdoutFields, shardPath } from '../shards/config.js';

const feature = (what: string, usual: string) =>
  z.string().min(1).optional().describe(`feature with ${what}; left out: ${usual}`);

export const tfrecordConfig = z.strictObject({
  path: shardPath('TFRecord files'),
  image: feature('the encoded image', 'image/encoded, or image'),
  label: feature('the class number or name', 'image/class/label, or label, where there is one'),
  firstLabel: z.int().default(0).describe('class number of the first class; ImageNet as TFRecords begins at 1'),
  ...holdoutFields,
});
export type TfrecordConfig = z.infer<typeof tfrecordConfig>;
