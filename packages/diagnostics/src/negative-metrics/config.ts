import { z } from 'zod';

export const negativeMetricsConfig = z.strictObject({
  every: z.int().positive().default(50).describe('steps between two measurements, each of which is logged'),
  n: z
    .int()
    .positive()
    .optional()
    .describe(
      'rows, the most similar to each query, that the false-negative rate, self-collisions and ages look at; give the n of the sampler, or the same for all samplers of a comparison; default a sixteenth of bank.capacity, at most 1024',
    ),
  collapseBelow: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('warn when the spread of the queries falls below this share of that of evenly spread unit vectors; 0: never'),
});
export type NegativeMetricsConfig = z.infer<typeof negativeMetricsConfig>;
