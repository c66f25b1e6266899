import { DEFAULT_BANK, type MemoryBank } from '@mochi/contract';
import { resolve } from 'node:path';
import { z } from 'zod';

const path = z
  .string()
  .min(1)
  .describe('folder of a run (its newest checkpoint) or of a checkpoint; starts where the command is run');

/** What every bank may be asked for. */
export const bankOptions = {
  as: z.string().min(1).default(DEFAULT_BANK).describe('name by which samplers know it, where a run has several banks'),
  fill: z
    .enum(['random', 'mask', 'keys'])
    .default('random')
    .describe(
      'rows not yet written: random unit vectors that count as negatives; left out everywhere; or keys of training images, made before the first step',
    ),
  warmStart: z
    .union([path, z.strictObject({ path, bank: z.string().min(1).default(DEFAULT_BANK).describe('name of the bank there') })])
    .optional()
    .describe('another run whose newest rows are copied before the first step; default: none'),
  labels: z.boolean().default(false).describe('keep the label of each row, for oracles and audits; needs labelled data'),
};

type Options = z.infer<z.ZodObject<typeof bankOptions>> & { readonly maskSelf: boolean };

/** The same as the contract says it. */
export function flagsOf({
  as,
  fill,
  warmStart,
  labels,
  maskSelf,
}: Options): Omit<MemoryBank, 'capacity' | 'init' | 'mask' | 'enqueue'> {
  const from = typeof warmStart === 'string' ? { path: warmStart, bank: DEFAULT_BANK } : warmStart;
  return { name: as, fill, maskSelf, keepLabels: labels, ...(from ? { warmStart: { ...from, path: resolve(from.path) } } : {}) };
}
