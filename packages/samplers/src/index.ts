export { hardDuplicatesConfig, type HardDuplicatesConfig } from './hard-duplicates/config.js';
export { hardDuplicates, hardDuplicatesSampler } from './hard-duplicates/hard-duplicates-sampler.js';
export { hardDuplicatesPlugin } from './hard-duplicates/plugin.js';
export { mochiConfig, type MochiConfig } from './mochi/config.js';
export { hardestRows } from './mochi/hardest-rows.js';
export { mixHardestPairs, mixQueryWithHardest, type MixOptions } from './mochi/mix-hardest.js';
export { mochiNegatives, mochiSampler, type MochiContext } from './mochi/mochi-sampler.js';
export { mochiPlugin } from './mochi/plugin.js';
export { randomConfig, type RandomConfig } from './random/config.js';
export { randomNegatives, randomSampler } from './random/random-sampler.js';
export { randomPlugin } from './random/plugin.js';
export { randomMixConfig, type RandomMixConfig } from './random-mix/config.js';
export { randomMixNegatives, randomMixSampler } from './random-mix/random-mix-sampler.js';
export { randomMixPlugin } from './random-mix/plugin.js';
export { syncoConfig, type SyncoConfig } from './synco/config.js';
export { syncoNegatives, syncoSampler, type SyncoContext } from './synco/synco-sampler.js';
export { syncoPlugin } from './synco/plugin.js';
export { uniformConfig, type UniformConfig } from './uniform/config.js';
export { uniformNegatives, uniformSampler } from './uniform/uniform-sampler.js';
export { uniformPlugin } from './uniform/plugin.js';
export { dclConfig, type DclConfig } from './dcl/config.js';
export { dclNegatives, dclSampler, positiveWeights } from './dcl/dcl-sampler.js';
export { dclPlugin } from './dcl/plugin.js';
export { debiasedConfig, type DebiasedConfig } from './debiased/config.js';
export { debiasedSampler } from './debiased/debiased-sampler.js';
export { debiasedPlugin } from './debiased/plugin.js';
export { falseNegativeCancelConfig, type FalseNegativeCancelConfig } from './false-negative-cancel/config.js';
export {
  falseNegativeCancelSampler,
  falseNegativeMask,
  type CancelContext,
  type CancelOptions,
} from './false-negative-cancel/false-negative-cancel-sampler.js';
export { falseNegativeCancelPlugin } from './false-negative-cancel/plugin.js';
export { hclConfig, type HclConfig } from './hcl/config.js';
export { hardnessLogWeights, hclNegatives, hclSampler, type HclContext, type HclOptions } from './hcl/hcl-sampler.js';
export { hclPlugin } from './hcl/plugin.js';
export { oracleConfig, type OracleConfig } from './oracle/config.js';
export { oracleSampler, sameClassMask } from './oracle/oracle-sampler.js';
export { oraclePlugin } from './oracle/plugin.js';
export { percentileConfig, type PercentileConfig } from './percentile/config.js';
export { percentileSampler } from './percentile/percentile-sampler.js';
export { percentilePlugin } from './percentile/plugin.js';
export { rankBand, type Share } from './rank-band.js';
export { ringConfig, type RingConfig } from './ring/config.js';
export { ringNegatives, ringSampler, type RingContext } from './ring/ring-sampler.js';
export { ringPlugin } from './ring/plugin.js';
