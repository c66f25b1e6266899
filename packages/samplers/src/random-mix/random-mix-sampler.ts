import type { NegativeSampler, Sampled } from '@mochi/contract';
import { candidatesOf } from '../candidates.js';
import { mixHardestPairs, mixQueryWithHardest } from '../mochi/mix-hardest.js';
import type { MochiContext } from '../mochi/mochi-sampler.js';
import { tidyTree } from '../tidy-tree.js';
import { uniformNegatives } from '../uniform/uniform-sampler.js';
import { afterWarmUp } from '../warm-up.js';
import type { RandomMixConfig } from './config.js';
import { freeRows } from './free-rows.js';

/**
 * MoCHi with N = K: the same mixtures, of rows drawn from the whole bank. Against `mochi` it tells what hardness adds to more negatives.
 * S = S' = 0 is `uniform`.
 *
 * @returns Blocks whose tensors the caller disposes; the bank block's log-weights are the mask itself.
 * @see Kalantidis et al. 2020, arXiv:2010.01028, section 3.3 and 3.4, with Q~N the whole bank
 */
export function randomMixNegatives(
  context: MochiContext,
  { s, sPrime, alpha, beta }: Omit<RandomMixConfig, 'warmup' | 'bank'>,
): Sampled {
  const { similarities, ids, rng, mask, bankName: bank } = context;
  const { blocks } = uniformNegatives(context);
  if (s === 0 && sPrime === 0) return { blocks };
  return tidyTree(() => {
    const pool = freeRows(similarities, mask);
    const shared = { bank, ...(mask ? { available: candidatesOf(mask) } : {}) };
    const pairs = s > 0 ? [mixHardestPairs(pool, s, rng.fork('type-1').perSample(ids), { range: alpha, ...shared })] : [];
    const own =
      sPrime > 0 ? [mixQueryWithHardest(pool, sPrime, rng.fork('type-2').perSample(ids), { range: beta, ...shared })] : [];
    return { blocks: [...blocks, ...pairs, ...own] };
  });
}

/** The sampler: `uniform` in the phase `warm-up`, mixtures besides in the phase `full`. */
export const randomMixSampler = ({ warmup, bank, ...options }: RandomMixConfig): NegativeSampler => ({
  ...{ name: 'random-mix', bank },
  ...afterWarmUp(warmup, (context) => randomMixNegatives(context, options)),
});
