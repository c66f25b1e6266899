import { z } from 'zod';
import { downloadConfig } from '../download/config.js';

export const food101Config = z.strictObject({
  root: z.string().min(1).describe('folder food-101 with images/ and meta/, or the folder that holds it'),
  download: downloadConfig,
});
export type Food101Config = z.infer<typeof food101Config>;
