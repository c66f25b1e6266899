import { z } from 'zod';
import { holdoutConfig, labelsConfig } from '../image-folder/config.js';

export const imageTarConfig = z.strictObject({
  path: z
    .union([
      z.string().min(1),
      z.record(z.string().min(1), z.string().min(1)).refine((paths) => Object.keys(paths).length > 0, 'names no archive'),
    ])
    .describe('a tar (or tar.gz) of class folders: one path for the split "train", or a path for each split by name'),
  labels: labelsConfig,
  maxMiB: z.number().positive().default(4096).describe('most memory that the encoded images of one archive may take, MiB'),
  ...holdoutConfig,
});
export type ImageTarConfig = z.infer<typeof imageTarConfig>;
