import { MochiError } from '@mochi/contract';

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

export const labelsMissing = (where: string) =>
  new MochiError('MOCHI_SAMPLER_LABELS', {
    happened: `The sampler oracle got no labels of ${where}.`,
    expected: 'labels of the batch and of the rows that it is contrasted with',
    fix: 'Train on a split with labels, and set bank.labels to true; without labels, take the oracle out of the chain.',
  });
