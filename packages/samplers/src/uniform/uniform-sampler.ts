import { bankBlock, DEFAULT_BANK, type NegativeSampler, type SampleContext, type Sampled } from '@mochi/contract';
import type { NamedBank } from '../bank-option.js';
import type { UniformConfig } from './config.js';

/** Every row of the bank that may be drawn, equally weighted: MoCo's negatives. @see He et al. 2020, arXiv:1911.05722, eq. 1 */
export const uniformNegatives = ({ mask, bankName = DEFAULT_BANK }: Pick<SampleContext, 'mask'> & NamedBank): Sampled => ({
  blocks: [bankBlock({ bank: bankName, ...(mask ? { logWeights: mask } : {}) })],
});

export const uniformSampler = ({ bank }: UniformConfig): NegativeSampler => ({ name: 'uniform', bank, sample: uniformNegatives });
