import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { cifar10Config } from './config.js';
import { openCifar10 } from './cifar10.js';

/** CIFAR-10, from its binary archive. */
export const cifar10Plugin = definePlugin({
  name: 'cifar10',
  kind: 'data',
  apiVersion: API_VERSION,
  config: cifar10Config,
  setup(host, options) {
    host.provide(DATASET, () => openCifar10(options));
  },
});
