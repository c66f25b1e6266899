import { z } from 'zod';
import { bankOption } from '../bank-option.js';

export const uniformConfig = z.strictObject({ bank: bankOption });
export type UniformConfig = z.infer<typeof uniformConfig>;
