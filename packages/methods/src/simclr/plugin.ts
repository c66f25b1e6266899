import { API_VERSION, definePlugin, METHOD } from '@mochi/contract';
import { simclrConfig } from './config.js';
import { Simclr } from './simclr.js';

export const simclrPlugin = definePlugin({
  name: 'simclr',
  kind: 'method',
  apiVersion: API_VERSION,
  config: simclrConfig,
  setup(host, options) {
    host.provide(METHOD, () => new Simclr(options));
  },
});
