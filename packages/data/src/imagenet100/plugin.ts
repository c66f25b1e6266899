import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { imagenet100Config } from './config.js';
import { openImagenet100 } from './imagenet100.js';

/** ImageNet-100: the 100 classes of Contrastive Multiview Coding, out of an ImageNet folder. */
export const imagenet100Plugin = definePlugin({
  name: 'imagenet100',
  kind: 'data',
  apiVersion: API_VERSION,
  config: imagenet100Config,
  setup(host, options) {
    host.provide(DATASET, () => openImagenet100(options));
  },
});
