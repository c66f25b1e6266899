import { z } from 'zod';
import { imagenetFields } from '../imagenet/config.js';

export const imagenet100Config = z.strictObject({
  ...imagenetFields,
  list: z
    .string()
    .min(1)
    .optional()
    .describe('file of other synset ids to keep, one a line; left out: the 100 of Contrastive Multiview Coding'),
});
export type Imagenet100Config = z.infer<typeof imagenet100Config>;
