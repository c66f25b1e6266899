import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { food101Config } from './config.js';
import { openFood101 } from './food101.js';

/** Food-101. */
export const food101Plugin = definePlugin({
  name: 'food101',
  kind: 'data',
  apiVersion: API_VERSION,
  config: food101Config,
  setup(host, options) {
    host.provide(DATASET, () => openFood101(options));
  },
});
