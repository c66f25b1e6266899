import { API_VERSION, BANK, definePlugin } from '@mochi/contract';
import { fifoConfig } from './config.js';
import { fifoBank } from './fifo-bank.js';

export const fifoPlugin = definePlugin({
  name: 'fifo',
  kind: 'bank',
  apiVersion: API_VERSION,
  config: fifoConfig,
  setup(host, options) {
    host.provide(BANK, () => fifoBank(options));
  },
});
