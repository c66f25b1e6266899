import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { imageFolderConfig } from './config.js';
import { openImageFolder } from './image-folder.js';

/** A folder of images, with or without class folders. */
export const imageFolderPlugin = definePlugin({
  name: 'image-folder',
  kind: 'data',
  apiVersion: API_VERSION,
  config: imageFolderConfig,
  setup(host, options) {
    host.provide(DATASET, () => openImageFolder(options));
  },
});
