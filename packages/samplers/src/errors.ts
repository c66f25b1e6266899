import { MochiError } from '@mochi/contract';
import type { z } from 'zod';

export const poolTooSmall = (pool: number) =>
  new MochiError('MOCHI_POOL_TOO_SMALL', {
    happened: `Synthetic negatives were asked for from the ${pool} hardest rows.`,
    expected: 'at least 1 row to mix from',
    fix: 'Set sampler.n to at least 1, or sampler.s and sampler.sPrime to 0.',
  });

const poolTooLarge = (option: string, wanted: number, capacity: number) =>
  new MochiError('MOCHI_POOL_TOO_LARGE', {
    happened: `sampler.${option} is ${wanted}, but the bank has ${capacity} rows.`,
    expected: `sampler.${option} <= bank.capacity`,
    fix: `Set sampler.${option} to at most ${capacity}, or bank.capacity to at least ${wanted}.`,
  });

/** @throws MOCHI_POOL_TOO_LARGE where the option is more than the bank has rows. */
export const requireRows = (option: string, wanted: number, capacity: number): void => {
  if (wanted > capacity) throw poolTooLarge(option, wanted, capacity);
};

/**
 * Whether a caller without a config has given every option: defaults are the schema's, which fills them in when it parses.
 *
 * @param name Of the schema. @throws MOCHI_SAMPLER_OPTIONS
 */
export function requireOptions(name: string, schema: z.ZodObject, options: object): void {
  const missing = Object.keys(schema.shape).filter((key) => key !== 'bank' && key !== 'warmup' && !(key in options));
  if (missing.length > 0) throw optionsMissing(name, missing);
}

const optionsMissing = (name: string, missing: readonly string[]) =>
  new MochiError('MOCHI_SAMPLER_OPTIONS', {
    happened: `The negatives were asked for without these options: ${missing.join(', ')}.`,
    expected: `options that ${name} has parsed, so that what is left out has its default`,
    fix: `Give ${name}.parse({ ... }) with the options of your own in it.`,
  });

export const labelsMissing = (where: string) =>
  new MochiError('MOCHI_SAMPLER_LABELS', {
    happened: `The sampler oracle got no labels of ${where}.`,
    expected: 'labels of the batch and of the rows that it is contrasted with',
    fix: 'Train on a split with labels, and set bank.labels to true; without labels, take the oracle out of the chain.',
  });
