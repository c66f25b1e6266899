import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { feedRamps } from '@mochi/optim';
import { hardDuplicatesConfig } from './config.js';
import { hardDuplicatesSampler } from './hard-duplicates-sampler.js';

/** `sampler: { name: hard-duplicates, n, s, sPrime, warmup }` */
export const hardDuplicatesPlugin = definePlugin({
  name: 'hard-duplicates',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: hardDuplicatesConfig,
  setup(host, options) {
    feedRamps(host, { n: options.n, s: options.s, sPrime: options.sPrime });
    host.provide(NEGATIVE_SAMPLER, () => hardDuplicatesSampler(options));
  },
});
