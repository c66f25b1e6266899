import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { randomConfig } from './config.js';
import { randomSampler } from './random-sampler.js';

/** `sampler: { name: random, m, correct }` */
export const randomPlugin = definePlugin({
  name: 'random',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: randomConfig,
  setup: (host, options) => host.provide(NEGATIVE_SAMPLER, () => randomSampler(options)),
});
