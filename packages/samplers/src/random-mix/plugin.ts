import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { feedRamps } from '@mochi/optim';
import { randomMixConfig } from './config.js';
import { randomMixSampler } from './random-mix-sampler.js';

/** `sampler: { name: random-mix, s, sPrime, alpha, beta, warmup }` */
export const randomMixPlugin = definePlugin({
  name: 'random-mix',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: randomMixConfig,
  setup(host, options) {
    feedRamps(host, { s: options.s, sPrime: options.sPrime });
    host.provide(NEGATIVE_SAMPLER, () => randomMixSampler(options));
  },
});
