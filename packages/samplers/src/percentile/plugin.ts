import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { feedRamps } from '@mochi/optim';
import { percentileConfig } from './config.js';
import { percentileSampler } from './percentile-sampler.js';

/** `sampler: [{ name: percentile, hardest, easiest }, mochi]` */
export const percentilePlugin = definePlugin({
  name: 'percentile',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: percentileConfig,
  setup(host, options) {
    feedRamps(host, { hardest: options.hardest, easiest: options.easiest });
    host.provide(NEGATIVE_SAMPLER, () => percentileSampler(options));
  },
});
