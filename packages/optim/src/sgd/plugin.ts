import { API_VERSION, definePlugin, OPTIMIZER } from '@mochi/contract';
import { sgdConfig } from './config.js';
import { sgd } from './sgd.js';

export const sgdPlugin = definePlugin({
  name: 'sgd',
  kind: 'optimizer',
  apiVersion: API_VERSION,
  config: sgdConfig,
  setup(host, options) {
    host.provide(OPTIMIZER, () => sgd(options));
  },
});
