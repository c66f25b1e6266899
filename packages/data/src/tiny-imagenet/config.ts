import { z } from 'zod';
import { downloadConfig } from '../download/config.js';

export const tinyImagenetConfig = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder tiny-imagenet-200, or the folder that holds it: train/SYNSET/, val/ with val_annotations.txt or synset folders',
    ),
  download: downloadConfig,
});
export type TinyImagenetConfig = z.infer<typeof tinyImagenetConfig>;
