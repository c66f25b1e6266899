import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { flowers102Config } from './config.js';
import { openFlowers102 } from './flowers102.js';

/** Oxford 102 Flowers, labels and splits from its MATLAB files. */
export const flowers102Plugin = definePlugin({
  name: 'flowers102',
  kind: 'data',
  apiVersion: API_VERSION,
  config: flowers102Config,
  setup(host, options) {
    host.provide(DATASET, () => openFlowers102(options));
  },
});
