import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { feedRamps } from '@mochi/optim';
import { ringConfig } from './config.js';
import { ringSampler } from './ring-sampler.js';

/** `sampler: { name: ring, lower, upper, count }` */
export const ringPlugin = definePlugin({
  name: 'ring',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: ringConfig,
  setup(host, options) {
    feedRamps(host, { lower: options.lower, upper: options.upper });
    host.provide(NEGATIVE_SAMPLER, () => ringSampler(options));
  },
});
