import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { cifar100Config } from './config.js';
import { openCifar100 } from './cifar100.js';

/** CIFAR-100, from its binary archive. */
export const cifar100Plugin = definePlugin({
  name: 'cifar100',
  kind: 'data',
  apiVersion: API_VERSION,
  config: cifar100Config,
  setup(host, options) {
    host.provide(DATASET, () => openCifar100(options));
  },
});
