import { z } from 'zod';
import { bankOption } from '../bank-option.js';
import { correctionOptions } from '../correction-options.js';

export const debiasedConfig = z.strictObject({ ...correctionOptions, bank: bankOption });
export type DebiasedConfig = z.infer<typeof debiasedConfig>;
