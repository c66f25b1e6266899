import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { mochiConfig } from './config.js';
import { mochiSampler } from './mochi-sampler.js';

/** `sampler: { name: mochi, n, s, sPrime, alpha, beta, warmup }` */
export const mochiPlugin = definePlugin({
  name: 'mochi',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: mochiConfig,
  setup: (host, options) => host.provide(NEGATIVE_SAMPLER, () => mochiSampler(options)),
});
