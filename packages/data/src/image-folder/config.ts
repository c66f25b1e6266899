import { z } from 'zod';

export const holdoutConfig = {
  holdout: z
    .number()
    .min(0)
    .max(0.9, 'a share of the images, at most 0.9: 0.2 is 20 %')
    .default(0)
    .describe('share of the images of each class set apart as the split "test", 0 to 0.9; 0 makes no such split'),
  holdoutSeed: z
    .int()
    .nonnegative()
    .default(0)
    .describe(
      "picks which images are held out; not the run's seed, so that runs with different seeds are measured on the same images",
    ),
};

export const labelsConfig = z
  .enum(['auto', 'folders', 'none'])
  .default('auto')
  .describe('auto: class folders where there are only folders at the top; folders: class folders, loose images unlabelled; none');

export const imageFolderConfig = z.strictObject({
  root: z.string().min(1).describe('folder of images, searched to any depth; sub-folders train, val and test become splits'),
  labels: labelsConfig,
  sniff: z
    .union([z.boolean(), z.literal('auto')])
    .default('auto')
    .describe(
      'look into every file for AVIF and TIFF under other names, instead of only into .avif, .tif and .tiff; auto: up to 20,000 images',
    ),
  cache: z
    .string()
    .min(1)
    .optional()
    .describe(
      "folder for the PNGs that AVIF and TIFF images are turned into, once; default: images in the user's cache of mochi",
    ),
  ...holdoutConfig,
});
export type ImageFolderConfig = z.infer<typeof imageFolderConfig>;
