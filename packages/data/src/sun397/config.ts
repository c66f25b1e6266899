import { z } from 'zod';

export const sun397Config = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder SUN397 with ClassName.txt and a/abbey/*.jpg ..., with the lists in it or in its folder Partitions; or the folder that holds it',
    ),
  partition: z.int().min(1).max(10).default(1).describe('which of the ten published divisions into splits'),
});
export type Sun397Config = z.infer<typeof sun397Config>;
