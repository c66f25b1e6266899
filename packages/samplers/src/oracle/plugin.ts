import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { oracleConfig } from './config.js';
import { oracleSampler } from './oracle-sampler.js';

/** `sampler: oracle` */
export const oraclePlugin = definePlugin({
  name: 'oracle',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: oracleConfig,
  setup: (host, options) => host.provide(NEGATIVE_SAMPLER, () => oracleSampler(options)),
});
