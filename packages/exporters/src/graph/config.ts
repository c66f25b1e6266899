import { z } from 'zod';
import { OUTPUTS } from './freeze-encoder.js';

export const outputsConfig = z
  .array(z.enum(OUTPUTS))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'each name once')
  .default([...OUTPUTS])
  .describe('outputs of the network; backbone alone leaves the head of pretraining out');
