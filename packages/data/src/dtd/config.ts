import { z } from 'zod';
import { downloadConfig } from '../download/config.js';

export const dtdConfig = z.strictObject({
  root: z.string().min(1).describe('folder dtd with images/ and labels/train1.txt ..., or the folder that holds it'),
  partition: z.int().min(1).max(10).default(1).describe('which of the ten published divisions into splits'),
  download: downloadConfig,
});
export type DtdConfig = z.infer<typeof dtdConfig>;
