import { API_VERSION, definePlugin, OPTIMIZER } from '@mochi/contract';
import { larsConfig } from './config.js';
import { lars } from './lars.js';

export const larsPlugin = definePlugin({
  name: 'lars',
  kind: 'optimizer',
  apiVersion: API_VERSION,
  config: larsConfig,
  setup(host, options) {
    host.provide(OPTIMIZER, () => lars(options));
  },
});
