import { mochiConfig } from '../mochi/config.js';
import type { z } from 'zod';

const { s, sPrime } = mochiConfig.shape;

/** MoCHi's options without `n`, which is the whole bank. */
export const randomMixConfig = mochiConfig.omit({ n: true }).extend({
  s: s.describe('synthetic negatives of type 1 for each query: mixtures of two rows drawn from the whole bank'),
  sPrime: sPrime.describe(
    'synthetic negatives of type 2 for each query: mixtures of the query and a row drawn from the whole bank',
  ),
});
export type RandomMixConfig = z.infer<typeof randomMixConfig>;
