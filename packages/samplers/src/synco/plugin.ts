import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { syncoConfig } from './config.js';
import { syncoSampler } from './synco-sampler.js';

/** `sampler: { name: synco, n, n1, n2, n3, n4, n5, n6, warmup }` */
export const syncoPlugin = definePlugin({
  name: 'synco',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: syncoConfig,
  setup: (host, options) => host.provide(NEGATIVE_SAMPLER, () => syncoSampler(options)),
});
