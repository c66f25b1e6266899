import type { NegativeSampler, Sampled } from '@mochi/contract';
import { mostOf } from '@mochi/optim';
import { candidatesOf } from '../candidates.js';
import { mixtures, type MochiContext } from '../mochi/mochi-sampler.js';
import { queryDominance } from '../query-dominance.js';
import { afterWarmUp } from '../warm-up.js';
import { requireOptions } from '../errors.js';
import { randomMixConfig, type RandomMixConfig } from './config.js';
import { freeRows } from './free-rows.js';

/**
 * MoCHi with N = K: the same mixtures, of rows drawn from the whole bank. Against `mochi` it tells what hardness adds to more negatives.
 * S = S' = 0 is `uniform`.
 *
 * @returns Blocks whose tensors the caller disposes; the bank block's log-weights are the mask itself.
 * @throws MOCHI_SAMPLER_OPTIONS for options that `randomMixConfig` has not parsed.
 * @see Kalantidis et al. 2020, arXiv:2010.01028, section 3.3 and 3.4, with Q~N the whole bank
 */
export function randomMixNegatives(context: MochiContext, options: Omit<RandomMixConfig, 'warmup' | 'bank'>): Sampled {
  requireOptions('randomMixConfig', randomMixConfig, options);
  const { s, sPrime, alpha, beta } = options;
  const { similarities, mask } = context;
  const pool = () => ({ rows: freeRows(similarities, mask), ...(mask ? { available: candidatesOf(mask) } : {}) });
  return mixtures(context, pool, { s, sPrime, alpha, beta });
}

/** The sampler: `uniform` in the phase `warm-up`, mixtures besides in the phase `full`. */
export const randomMixSampler = ({ warmup, bank, ...options }: RandomMixConfig): NegativeSampler => ({
  ...{ name: 'random-mix', bank },
  check: () => queryDominance('beta', options.beta, mostOf(options.sPrime)),
  ...afterWarmUp(warmup, (context) => randomMixNegatives(context, options)),
});
