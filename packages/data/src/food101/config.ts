import { z } from 'zod';

export const food101Config = z.strictObject({
  root: z.string().min(1).describe('folder food-101 with images/ and meta/, or the folder that holds it'),
});
export type Food101Config = z.infer<typeof food101Config>;
