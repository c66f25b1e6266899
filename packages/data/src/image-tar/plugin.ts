import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { imageTarConfig } from './config.js';
import { openImageTar } from './image-tar.js';

/** Images of a tar of class folders, kept encoded in memory. */
export const imageTarPlugin = definePlugin({
  name: 'image-tar',
  kind: 'data',
  apiVersion: API_VERSION,
  config: imageTarConfig,
  setup(host, options) {
    host.provide(DATASET, () => openImageTar(options));
  },
});
