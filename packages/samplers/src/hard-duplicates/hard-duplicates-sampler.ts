import { DEFAULT_BANK, mixtureBlock, type NegativeSampler, type Sampled } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { poolOf, rankOf, rowsAt, silenced } from '../draw-ranks.js';
import { hardestPool, requirePool } from '../mochi/hardest-pool.js';
import type { MochiContext } from '../mochi/mochi-sampler.js';
import { countsOf } from '../mochi/ramped-counts.js';
import { tidyTree } from '../tidy-tree.js';
import { uniformNegatives } from '../uniform/uniform-sampler.js';
import { afterWarmUp } from '../warm-up.js';
import { requireOptions } from '../errors.js';
import { hardDuplicatesConfig, type HardDuplicatesConfig } from './config.js';

/**
 * The whole bank, and S + S' of each query's N hardest rows once more, drawn with replacement and unmixed. Against `mochi` it tells what
 * mixing adds to counting the hardest rows more than once. S = S' = 0 is `uniform`.
 *
 * @returns A bank block and a mixture of P = 1 parent of weight 1 for each of S and S', whose tensors the caller disposes.
 * @throws MOCHI_POOL_TOO_LARGE when N > K; MOCHI_SAMPLER_OPTIONS for options that `hardDuplicatesConfig` has not parsed.
 */
export function hardDuplicates(context: MochiContext, options: Omit<HardDuplicatesConfig, 'warmup' | 'bank'>): Sampled {
  requireOptions('hardDuplicatesConfig', hardDuplicatesConfig, options);
  const { n, s, sPrime } = options;
  const { ids, rng, bankName: bank = DEFAULT_BANK } = context;
  const { blocks } = uniformNegatives(context);
  return tidyTree(() => {
    const counts = countsOf({ n, s, sPrime }, context);
    const duplicates = [counts.s, counts.sPrime].filter(({ most }) => most > 0);
    if (duplicates.length === 0) return { blocks };
    const { rows: pool, available } = hardestPool(context, counts.n);
    const drawn = duplicates.map(({ most: count, active }, at) => {
      const ranks = rankOf(
        rng.fork(`part-${at}`).perSample(ids).uniform([count]) as tf.Tensor2D,
        poolOf(pool.shape[1], available),
      );
      const rows = rowsAt(pool, tf.expandDims(ranks, 2)); // [B, count, 1]
      return mixtureBlock({
        bank,
        rows,
        weights: tf.ones(rows.shape),
        ...silenced([rows.shape[0], count], { available, active }),
      });
    });
    return { blocks: [...blocks, ...drawn] };
  });
}

/** The sampler: `uniform` in the phase `warm-up`, duplicates besides in the phase `full`. */
export const hardDuplicatesSampler = ({ warmup, bank, ...options }: HardDuplicatesConfig): NegativeSampler => ({
  ...{ name: 'hard-duplicates', bank },
  check: (capacity) => requirePool(options, capacity),
  ...afterWarmUp(warmup, (context) => hardDuplicates(context, options)),
});
