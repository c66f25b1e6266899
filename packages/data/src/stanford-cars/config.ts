import { z } from 'zod';

export const stanfordCarsConfig = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe(
      'folder with cars_train/, cars_test/ and devkit/ (cars_meta.mat, cars_train_annos.mat, cars_test_annos_withlabels.mat); or with car_ims/ and cars_annos.mat',
    ),
});
export type StanfordCarsConfig = z.infer<typeof stanfordCarsConfig>;
