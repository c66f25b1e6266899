import { z } from 'zod';

export const imagenetFields = {
  root: z
    .string()
    .min(1)
    .describe(
      'folder with train/SYNSET/*.JPEG, and val/SYNSET/*.JPEG or val/*.JPEG with a list of labels; also the folder that holds ILSVRC/Data/CLS-LOC',
    ),
  valLabels: z
    .string()
    .min(1)
    .optional()
    .describe(
      'labels of a flat val folder: LOC_val_solution.csv, a text of synset ids (one a line, or after the file name), or ILSVRC2012_validation_ground_truth.txt with meta.mat beside it; found by itself at the usual places under root',
    ),
};
export const imagenetConfig = z.strictObject(imagenetFields);
export type ImagenetConfig = z.infer<typeof imagenetConfig>;
