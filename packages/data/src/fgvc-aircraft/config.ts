import { z } from 'zod';
import { downloadConfig } from '../download/config.js';

export const fgvcAircraftConfig = z.strictObject({
  root: z.string().min(1).describe('folder fgvc-aircraft-2013b, its folder data, or the folder that holds it'),
  labels: z
    .enum(['variant', 'family', 'manufacturer'])
    .default('variant')
    .describe('variant: 100 classes; family: 70; manufacturer: 30'),
  download: downloadConfig,
});
export type FgvcAircraftConfig = z.infer<typeof fgvcAircraftConfig>;
