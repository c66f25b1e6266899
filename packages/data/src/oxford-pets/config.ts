import { z } from 'zod';
import { downloadOnlyConfig } from '../download/config.js';

export const oxfordPetsConfig = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder with images/ and annotations/trainval.txt, test.txt; or the folder oxford-iiit-pet that holds them, or that holds it',
    ),
  labels: z.enum(['breed', 'species']).default('breed').describe('breed: 37 classes; species: cat or dog'),
  download: downloadOnlyConfig,
});
export type OxfordPetsConfig = z.infer<typeof oxfordPetsConfig>;
