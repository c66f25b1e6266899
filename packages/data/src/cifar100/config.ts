import { z } from 'zod';
import { downloadConfig } from '../download/config.js';

export const cifar100Config = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder with train.bin, test.bin and the two files of label names, or cifar-100-binary.tar.gz, or the folder that holds either',
    ),
  labels: z
    .enum(['fine', 'coarse'])
    .default('fine')
    .describe('fine: 100 classes; coarse: the 20 groups of five that they belong to'),
  download: downloadConfig,
});
export type Cifar100Config = z.infer<typeof cifar100Config>;
