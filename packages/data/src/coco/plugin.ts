import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { cocoConfig } from './config.js';
import { openCoco } from './coco.js';

/** COCO: images with boxes and masks, or one's own data in its form. */
export const cocoPlugin = definePlugin({
  name: 'coco',
  kind: 'data',
  apiVersion: API_VERSION,
  config: cocoConfig,
  setup(host, options) {
    host.provide(DATASET, () => openCoco(options));
  },
});
