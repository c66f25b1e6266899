import { bankBlock, type NegativeSampler, type SampleContext, type Sampled } from '@mochi/contract';

/** Every row of the bank that may be drawn, equally weighted: MoCo's negatives. @see He et al. 2020, arXiv:1911.05722, eq. 1 */
export const uniformNegatives = ({ mask }: Pick<SampleContext, 'mask'>): Sampled => ({
  blocks: [bankBlock(mask ? { logWeights: mask } : {})],
});

export const uniformSampler = (): NegativeSampler => ({ name: 'uniform', sample: uniformNegatives });
