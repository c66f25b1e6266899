import { z } from 'zod';
import { holdoutFields, shardPath } from '../shards/config.js';

export const webdatasetConfig = z.strictObject({
  path: shardPath('tar files of a WebDataset, not compressed'),
  image: z
    .string()
    .min(1)
    .optional()
    .describe("extension of the image, e.g. jpg or left.png; left out: a sample's first file that ends as an image does"),
  label: z
    .string()
    .min(1)
    .nullable()
    .default('cls')
    .describe('extension of the file with the class, a number or a name; json:KEY for a key of a JSON file; null: no labels'),
  ...holdoutFields,
});
export type WebdatasetConfig = z.infer<typeof webdatasetConfig>;
