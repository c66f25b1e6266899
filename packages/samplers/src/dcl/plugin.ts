import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { dclConfig } from './config.js';
import { dclSampler } from './dcl-sampler.js';

/** `sampler: [uniform, { name: dcl, sigma }]` */
export const dclPlugin = definePlugin({
  name: 'dcl',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: dclConfig,
  setup: (host, options) => host.provide(NEGATIVE_SAMPLER, () => dclSampler(options)),
});
