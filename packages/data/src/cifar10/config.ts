import { z } from 'zod';
import { downloadConfig } from '../download/config.js';

export const cifar10Config = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder with data_batch_1.bin ... data_batch_5.bin and test_batch.bin, or cifar-10-binary.tar.gz, or the folder that holds either',
    ),
  download: downloadConfig,
});
export type Cifar10Config = z.infer<typeof cifar10Config>;
