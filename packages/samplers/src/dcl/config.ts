import { z } from 'zod';
import { bankOption } from '../bank-option.js';

export const dclConfig = z.strictObject({
  sigma: z
    .number()
    .positive()
    .optional()
    .describe('width of the weights of positives (DCLW), a cosine; the paper: 0.5. Absent: every positive has weight 1'),
  bank: bankOption,
});
export type DclConfig = z.infer<typeof dclConfig>;
