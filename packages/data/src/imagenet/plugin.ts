import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { imagenetConfig } from './config.js';
import { openImagenet } from './imagenet.js';

/** ImageNet-1k (ILSVRC 2012): class folders, or a flat validation folder with its list. */
export const imagenetPlugin = definePlugin({
  name: 'imagenet',
  kind: 'data',
  apiVersion: API_VERSION,
  config: imagenetConfig,
  setup(host, options) {
    host.provide(DATASET, () => openImagenet(options));
  },
});
