import { DEFAULT_BANK, mixtureBlock, type NegativeSampler, type Sampled } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { candidatesOf } from '../candidates.js';
import { nothingWithout, poolOf, rankOf, rowsAt } from '../draw-ranks.js';
import { hardestRows } from '../mochi/hardest-rows.js';
import type { MochiContext } from '../mochi/mochi-sampler.js';
import { tidyTree } from '../tidy-tree.js';
import { uniformNegatives } from '../uniform/uniform-sampler.js';
import { afterWarmUp } from '../warm-up.js';
import type { HardDuplicatesConfig } from './config.js';

/**
 * The whole bank, and S + S' of each query's N hardest rows once more, drawn with replacement and unmixed. Against `mochi` it tells what
 * mixing adds to counting the hardest rows more than once. S = S' = 0 is `uniform`.
 *
 * @returns A bank block and a mixture of P = 1 parent of weight 1, whose tensors the caller disposes.
 * @throws MOCHI_POOL_TOO_LARGE when N > K.
 */
export function hardDuplicates(context: MochiContext, { n, s, sPrime }: Omit<HardDuplicatesConfig, 'warmup' | 'bank'>): Sampled {
  const { similarities, ids, rng, mask, bankName: bank = DEFAULT_BANK } = context;
  const count = s + sPrime;
  const { blocks } = uniformNegatives(context);
  if (count === 0) return { blocks };
  return tidyTree(() => {
    const available = mask && candidatesOf(mask);
    const hardest = hardestRows(similarities, n, mask);
    const ranks = rankOf(rng.perSample(ids).uniform([count]) as tf.Tensor2D, poolOf(n, available));
    const rows = rowsAt(hardest, tf.expandDims(ranks, 2)); // [B, S + S', 1]
    return {
      blocks: [...blocks, mixtureBlock({ bank, rows, weights: tf.ones(rows.shape), ...nothingWithout(available, count) })],
    };
  });
}

/** The sampler: `uniform` in the phase `warm-up`, duplicates besides in the phase `full`. */
export const hardDuplicatesSampler = ({ warmup, bank, ...options }: HardDuplicatesConfig): NegativeSampler => ({
  ...{ name: 'hard-duplicates', bank },
  ...afterWarmUp(warmup, (context) => hardDuplicates(context, options)),
});
