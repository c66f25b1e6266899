import { type NegativeSampler, type SampleContext, type Sampled } from '@mochi/contract';
import type { NamedBank } from '../bank-option.js';
import { candidatesOf } from '../candidates.js';
import { tidyTree } from '../tidy-tree.js';
import { uniformNegatives } from '../uniform/uniform-sampler.js';
import { afterWarmUp } from '../warm-up.js';
import type { MochiConfig } from './config.js';
import { hardestRows } from './hardest-rows.js';
import { mixHardestPairs, mixQueryWithHardest } from './mix-hardest.js';

/** What MoCHi's blocks depend on: a part of SampleContext, so that own loops need no more. */
export type MochiContext = Pick<SampleContext, 'similarities' | 'ids' | 'rng' | 'mask'> & NamedBank;

/**
 * MoCHi(N, S, S'): the whole bank, S mixtures of pairs and S' mixtures with the query, from each query's own N hardest rows.
 * S = S' = 0 is `uniform`.
 *
 * @returns Blocks whose tensors the caller disposes; the bank block's log-weights are the mask itself.
 * @throws MOCHI_POOL_TOO_LARGE when N > K.
 * @see Kalantidis et al. 2020, Hard Negative Mixing for Contrastive Learning, arXiv:2010.01028
 */
export function mochiNegatives(
  context: MochiContext,
  { n, s, sPrime, alpha, beta }: Omit<MochiConfig, 'warmup' | 'bank'>,
): Sampled {
  const { similarities, ids, rng, mask, bankName: bank } = context;
  const { blocks } = uniformNegatives(context);
  if (s === 0 && sPrime === 0) return { blocks };
  return tidyTree(() => {
    const hardest = hardestRows(similarities, n, mask);
    const shared = { bank, ...(mask ? { available: candidatesOf(mask) } : {}) };
    const pairs = s > 0 ? [mixHardestPairs(hardest, s, rng.fork('type-1').perSample(ids), { range: alpha, ...shared })] : [];
    const own =
      sPrime > 0 ? [mixQueryWithHardest(hardest, sPrime, rng.fork('type-2').perSample(ids), { range: beta, ...shared })] : [];
    return { blocks: [...blocks, ...pairs, ...own] };
  });
}

/** The sampler: `uniform` in the phase `warm-up`, MoCHi in the phase `full`. */
export const mochiSampler = ({ warmup, bank, ...options }: MochiConfig): NegativeSampler => ({
  ...{ name: 'mochi', bank },
  ...afterWarmUp(warmup, (context) => mochiNegatives(context, options)),
});
