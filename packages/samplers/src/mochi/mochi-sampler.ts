import type { MixtureBlock, NegativeSampler, SampleContext, Sampled } from '@mochi/contract';
import { mostOf } from '@mochi/optim';
import type { NamedBank } from '../bank-option.js';
import { queryDominance } from '../query-dominance.js';
import { tidyTree } from '../tidy-tree.js';
import { uniformNegatives } from '../uniform/uniform-sampler.js';
import { afterWarmUp } from '../warm-up.js';
import { requireOptions } from '../errors.js';
import { mochiConfig, type MochiConfig } from './config.js';
import { hardestPool, requirePool, type Pool } from './hardest-pool.js';
import { mixHardestPairs, mixQueryWithHardest } from './mix-hardest.js';
import { countsOf, type RampContext } from './ramped-counts.js';

/** What MoCHi's blocks depend on: a part of SampleContext, so that own loops need no more. */
export type MochiContext = Pick<SampleContext, 'similarities' | 'ids' | 'rng' | 'mask'> & NamedBank & RampContext;

/**
 * MoCHi(N, S, S'): the whole bank, S mixtures of pairs and S' mixtures with the query, from each query's own N hardest rows.
 * S = S' = 0 is `uniform`. A ramped S or S' allocates its maximum; what is past its value now has log-weight -Infinity.
 *
 * @returns Blocks whose tensors the caller disposes; the bank block's log-weights are the mask itself.
 * @throws MOCHI_POOL_TOO_LARGE when N > K; MOCHI_SAMPLER_OPTIONS for options that `mochiConfig` has not parsed.
 * @see Kalantidis et al. 2020, Hard Negative Mixing for Contrastive Learning, arXiv:2010.01028
 */
export function mochiNegatives(context: MochiContext, options: Omit<MochiConfig, 'warmup' | 'bank'>): Sampled {
  requireOptions('mochiConfig', mochiConfig, options);
  const { n, s, sPrime, alpha, beta } = options;
  const pool = () => hardestPool(context, countsOf({ n }, context).n);
  return mixtures(context, pool, { s, sPrime, alpha, beta });
}

/** The whole bank, and mixtures of the rows of a pool, which is made where there are any. */
export function mixtures(
  context: MochiContext,
  poolOf: () => Pool,
  { alpha, beta, ...options }: Pick<MochiConfig, 's' | 'sPrime' | 'alpha' | 'beta'>,
): Sampled {
  const { ids, rng, bankName: bank } = context;
  const { blocks } = uniformNegatives(context);
  return tidyTree(() => {
    const { s, sPrime } = countsOf(options, context);
    if (s.most === 0 && sPrime.most === 0) return { blocks };
    const { rows, available } = poolOf();
    const pairs = (): MixtureBlock =>
      mixHardestPairs(rows, s.most, rng.fork('type-1').perSample(ids), { range: alpha, available, active: s.active, bank });
    const own = (): MixtureBlock =>
      mixQueryWithHardest(rows, sPrime.most, rng.fork('type-2').perSample(ids), {
        range: beta,
        available,
        active: sPrime.active,
        bank,
      });
    return { blocks: [...blocks, ...(s.most > 0 ? [pairs()] : []), ...(sPrime.most > 0 ? [own()] : [])] };
  });
}

/** The sampler: `uniform` in the phase `warm-up`, MoCHi in the phase `full`. */
export const mochiSampler = ({ warmup, bank, ...options }: MochiConfig): NegativeSampler => ({
  ...{ name: 'mochi', bank },
  check: (capacity) => remarks(requirePool(options, capacity), queryDominance('beta', options.beta, mostOf(options.sPrime))),
  ...afterWarmUp(warmup, (context) => mochiNegatives(context, options)),
});

const remarks = (...some: (string | undefined)[]): string | undefined => some.filter(Boolean).join('. ') || undefined;
