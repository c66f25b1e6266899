import { z } from 'zod';

export const flowers102Config = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder with jpg/image_00001.jpg ..., imagelabels.mat and setid.mat; or the folder flowers-102 that torchvision makes, or that holds it',
    ),
});
export type Flowers102Config = z.infer<typeof flowers102Config>;
