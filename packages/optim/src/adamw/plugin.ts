import { API_VERSION, definePlugin, OPTIMIZER } from '@mochi/contract';
import { adamwConfig } from './config.js';
import { adamw } from './adamw.js';

export const adamwPlugin = definePlugin({
  name: 'adamw',
  kind: 'optimizer',
  apiVersion: API_VERSION,
  config: adamwConfig,
  setup(host, options) {
    host.provide(OPTIMIZER, () => adamw(options));
  },
});
