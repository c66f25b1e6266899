import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { sun397Config } from './config.js';
import { openSun397 } from './sun397.js';

/** SUN397: scenes, by the published partitions. */
export const sun397Plugin = definePlugin({
  name: 'sun397',
  kind: 'data',
  apiVersion: API_VERSION,
  config: sun397Config,
  setup(host, options) {
    host.provide(DATASET, () => openSun397(options));
  },
});
