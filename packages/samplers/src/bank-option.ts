import { DEFAULT_BANK, type SampleContext } from '@mochi/contract';
import { z } from 'zod';

/** The option `bank` of every sampler. */
export const bankOption = z
  .string()
  .min(1)
  .default(DEFAULT_BANK)
  .describe('bank to draw from, by its name: `as` in the config of the bank');

/** The bank's name of a context, which own loops with one bank may leave out. */
export type NamedBank = Partial<Pick<SampleContext, 'bankName'>>;
