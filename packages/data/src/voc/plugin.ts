import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { vocConfig } from './config.js';
import { openVoc } from './voc.js';

/** Pascal VOC, or one's own data in its form: images with boxes and masks. */
export const vocPlugin = definePlugin({
  name: 'voc',
  kind: 'data',
  apiVersion: API_VERSION,
  config: vocConfig,
  setup(host, options) {
    host.provide(DATASET, () => openVoc(options));
  },
});
