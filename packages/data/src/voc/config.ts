import { z } from 'zod';

export const vocConfig = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe('folder with Annotations/, ImageSets/ and JPEGImages/, or one that holds VOCdevkit/VOC2007 or VOC2007'),
  year: z.enum(['2007', '2008', '2009', '2010', '2011', '2012']).default('2007').describe('which year, where root holds several'),
  imageSet: z
    .enum(['Main', 'Segmentation'])
    .default('Main')
    .describe('lists of images: Main for boxes; Segmentation for the images that have masks, which are then read'),
});
export type VocConfig = z.infer<typeof vocConfig>;
