import type { NegativeSampler } from '@mochi/contract';
import { currentOf } from '@mochi/optim';
import type { DebiasedConfig } from './config.js';

/**
 * The blocks as they are, under the corrected denominator: the expected share of positives among the negatives is taken out of their sum.
 *
 * @see Chuang et al. 2020, Debiased Contrastive Learning, arXiv:2007.00224, equations 7 and 8
 */
export const debiasedSampler = ({ tauPlus, floor, bank }: DebiasedConfig): NegativeSampler => ({
  ...{ name: 'debiased', role: 'refine', bank },
  sample: ({ previous, scalars }) => ({
    blocks: [...previous],
    denominator: { kind: 'corrected', ...currentOf({ tauPlus }, scalars), floor },
  }),
});
