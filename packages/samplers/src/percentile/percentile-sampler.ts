import type { NegativeSampler } from '@mochi/contract';
import { currentOf } from '@mochi/optim';
import * as tf from '@tensorflow/tfjs-core';
import { rankBand, restOf, shareOf } from '../rank-band.js';
import type { PercentileConfig } from './config.js';

/** Leaves out the hardest and the easiest share of each query's rows: {@link rankBand} from `hardest` to 1 - `easiest`. */
export const percentileSampler = ({ hardest, easiest, bank }: PercentileConfig): NegativeSampler => ({
  ...{ name: 'percentile', role: 'filter', bank },
  sample(context) {
    const now = currentOf({ hardest, easiest }, context.scalars);
    const mask = tf.tidy(() => rankBand(context, shareOf(hardest, now.hardest), restOf(easiest, now.easiest)));
    return { blocks: [], mask };
  },
});
