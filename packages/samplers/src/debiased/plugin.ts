import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { feedRamps } from '@mochi/optim';
import { debiasedConfig } from './config.js';
import { debiasedSampler } from './debiased-sampler.js';

/** `sampler: [uniform, { name: debiased, tauPlus, floor }]` */
export const debiasedPlugin = definePlugin({
  name: 'debiased',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: debiasedConfig,
  setup(host, options) {
    feedRamps(host, { tauPlus: options.tauPlus });
    host.provide(NEGATIVE_SAMPLER, () => debiasedSampler(options));
  },
});
