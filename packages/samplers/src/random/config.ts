import { z } from 'zod';
import { bankOption } from '../bank-option.js';

export const randomConfig = z.strictObject({
  m: z.int().positive().optional().describe('bank rows drawn for each query; default a quarter of bank.capacity'),
  correct: z.boolean().default(false).describe('add log(K / m) to the negatives, so that they stand for the whole bank'),
  bank: bankOption,
});
export type RandomConfig = z.infer<typeof randomConfig>;
