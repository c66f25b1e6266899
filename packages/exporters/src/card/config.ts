import { z } from 'zod';

export const cardConfig = z.strictObject({
  licence: z
    .string()
    .min(1)
    .default('not stated')
    .describe('licence of the weights, e.g. CC-BY-4.0: yours to choose, as far as that of the images lets you'),
  dataLicence: z.string().min(1).default('not stated').describe('licence of the images that it was trained on'),
});
export type CardConfig = z.infer<typeof cardConfig>;
