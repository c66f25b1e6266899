import { rampable } from '@mochi/optim';
import { z } from 'zod';
import { bankOption } from '../bank-option.js';
import { correctionOptions } from '../correction-options.js';

export const hclConfig = z.strictObject({
  beta: rampable(z.number().min(0)).default(1).describe('concentration on hard rows: weights are e^(beta cosine / t); 0 is even'),
  ...correctionOptions,
  differentiable: z.boolean().default(true).describe('let gradient flow through the weights, as published'),
  bank: bankOption,
});
export type HclConfig = z.infer<typeof hclConfig>;
