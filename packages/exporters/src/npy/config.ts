import { z } from 'zod';

export const npyConfig = z.strictObject({
  sidecar: z
    .enum(['json', 'csv', 'none'])
    .default('json')
    .describe(
      'file beside the array with name, id, label and class of each row: same path, ending .json or .csv; where the embeddings come from is in .json alone',
    ),
});
export type NpyConfig = z.infer<typeof npyConfig>;
