import { z } from 'zod';

/** A value with a name of its own, or the value alone. */
const labelled = z.strictObject({
  label: z.string().min(1).describe('what the table calls it'),
  value: z.unknown().describe('what the option is set to'),
});

const path = z.string().regex(/^[\w-]+(\.[\w-]+)*$/, { error: 'a path of options, e.g. sampler or bank.capacity' });

/** Columns of a table that nobody chose, where they were measured. */
export const DEFAULT_METRICS = [
  'knn/top1',
  'linear/top1',
  'loss',
  'proxyAccuracy',
  'falseNegativesAtN',
  'effectiveNegatives',
  'representation/alignment',
  'representation/uniformity',
];

/** A comparison: one run config, and the options in which its runs differ. */
export const compareConfig = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w][\w.-]*$/, { error: 'letters, digits and _ - ., beginning with a letter, digit or _' })
      .default('compare')
      .describe('of the comparison, in folders and reports'),
    base: z.string().min(1).optional().describe('the run config that all runs share: a file, relative to this one, or a preset'),
    run: z.record(z.string(), z.unknown()).optional().describe('or the config itself, written here'),
    vary: z
      .record(path, z.array(z.unknown()).min(1))
      .refine((vary) => !Object.hasOwn(vary, 'seeds'), { error: 'there is no option `seeds`; did you mean `seed`?' })
      .describe(
        'values for each option, by its path; every combination is run. A value may be { label, value }. `seed` makes no variant of its own: its runs are averaged',
      ),
    baseline: z
      .string()
      .min(1)
      .optional()
      .describe('the variant that the others are held against, by its label; default the first'),
    metrics: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'columns of the table: `loss`, a metric of the step, or evaluator/metric; default those of a list of eight that some run measured',
      ),
  })
  .refine(({ base, run }) => (base === undefined) !== (run === undefined), { error: 'either `base` or `run`', path: ['base'] });
export type CompareConfig = z.infer<typeof compareConfig>;

/** The parts of a value of `vary`. */
export function labelledValue(given: unknown): { label: string | undefined; value: unknown } {
  const parsed = labelled.safeParse(given);
  return parsed.success ? parsed.data : { label: undefined, value: given };
}
