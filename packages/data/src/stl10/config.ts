import { z } from 'zod';
import { downloadConfig } from '../download/config.js';

export const stl10Config = z.strictObject({
  root: z.string().min(1).describe('folder that holds stl10_binary, or that folder itself (train_X.bin, train_y.bin, ...)'),
  download: downloadConfig,
});
export type Stl10Config = z.infer<typeof stl10Config>;
