import { z } from 'zod';
import { commonFields } from '../common-config.js';

export const collapseConfig = z.strictObject({
  split: z.string().min(1).nullable().default(null).describe('split that is measured; null: the first of the data set'),
  ...commonFields,
});
export type CollapseConfig = z.infer<typeof collapseConfig>;
