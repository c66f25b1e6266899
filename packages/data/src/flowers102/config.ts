import { z } from 'zod';
import { downloadOnlyConfig } from '../download/config.js';

export const flowers102Config = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder with jpg/image_00001.jpg ..., imagelabels.mat and setid.mat; or the folder flowers-102 that torchvision makes, or that holds it',
    ),
  download: downloadOnlyConfig,
});
export type Flowers102Config = z.infer<typeof flowers102Config>;
