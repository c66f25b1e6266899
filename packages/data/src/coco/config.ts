import { z } from 'zod';

export const cocoConfig = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder with train2017/, val2017/ and annotations/instances_train2017.json ..., or that which own paths start from',
    ),
  year: z.enum(['2014', '2017']).default('2017').describe('which division into splits; not read where own splits are named'),
  own: z
    .record(z.string().min(1), z.strictObject({ images: z.string().min(1), annotations: z.string().min(1) }))
    .optional()
    .describe("splits of one's own data in COCO's form: for each the folder of its images and its JSON file, relative to root"),
});
export type CocoConfig = z.infer<typeof cocoConfig>;
