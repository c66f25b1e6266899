import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { uniformConfig } from './config.js';
import { uniformSampler } from './uniform-sampler.js';

/** `sampler: uniform` */
export const uniformPlugin = definePlugin({
  name: 'uniform',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: uniformConfig,
  setup: (host, options) => host.provide(NEGATIVE_SAMPLER, () => uniformSampler(options)),
});
