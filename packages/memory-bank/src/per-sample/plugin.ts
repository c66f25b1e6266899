import { API_VERSION, BANK, definePlugin } from '@mochi/contract';
import { perSampleConfig } from './config.js';
import { perSampleBank } from './per-sample-bank.js';

export const perSamplePlugin = definePlugin({
  name: 'per-sample',
  kind: 'bank',
  apiVersion: API_VERSION,
  config: perSampleConfig,
  setup(host, options) {
    host.provide(BANK, () => perSampleBank(options));
  },
});
