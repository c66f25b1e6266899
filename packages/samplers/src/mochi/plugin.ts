import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { feedRamps } from '@mochi/optim';
import { mochiConfig } from './config.js';
import { mochiSampler } from './mochi-sampler.js';

/** `sampler: { name: mochi, n, s, sPrime, alpha, beta, warmup }` */
export const mochiPlugin = definePlugin({
  name: 'mochi',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: mochiConfig,
  setup(host, options) {
    feedRamps(host, { n: options.n, s: options.s, sPrime: options.sPrime });
    host.provide(NEGATIVE_SAMPLER, () => mochiSampler(options));
  },
});
