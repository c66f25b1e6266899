import { z } from 'zod';
import { bankOption } from '../bank-option.js';

export const oracleConfig = z.strictObject({ bank: bankOption });
export type OracleConfig = z.infer<typeof oracleConfig>;
