import type { z } from 'zod';
import { mochiConfig } from '../mochi/config.js';

const { n, s, sPrime } = mochiConfig.shape;

/** MoCHi's options without the ranges of weights: nothing is mixed. */
export const hardDuplicatesConfig = mochiConfig.omit({ alpha: true, beta: true }).extend({
  n: n.describe('bank rows, the most similar to each query, that duplicates are drawn from; at most bank.capacity'),
  s: s.describe('rows drawn once more for each query, with replacement and unmixed; may exceed n'),
  sPrime: sPrime.describe("as many more, drawn by themselves: they stand for the mass of mochi's type 2"),
});
export type HardDuplicatesConfig = z.infer<typeof hardDuplicatesConfig>;
