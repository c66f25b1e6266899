import { z } from 'zod';

const perSplit = <T extends z.ZodType>(one: T) => z.union([one, z.record(z.string().min(1), one)]);

/** Options that every data set has. */
export const commonConfig = {
  limit: perSplit(z.int().positive())
    .optional()
    .describe('most images of a split, the first ones; a number for every split, or { train: 1000 }'),
  fraction: perSplit(z.number().positive().max(1))
    .optional()
    .describe(
      'share of the images of each class that is kept, more than 0 to 1, before limit; a number for every split, or { train: 0.1 }',
    ),
  fractionSeed: z
    .int()
    .nonnegative()
    .default(0)
    .describe("picks which images a fraction keeps; not the run's seed. A larger fraction keeps those of a smaller one"),
  inMemoryMiB: z
    .number()
    .nonnegative()
    .default(0)
    .describe(
      'a split whose encoded images together take no more than this is read into memory when it is first used, MiB; larger ones stay on the disk, where the system keeps what it can',
    ),
};
export type CommonConfig = z.infer<z.ZodObject<typeof commonConfig>>;
