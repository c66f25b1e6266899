import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { tinyImagenetConfig } from './config.js';
import { openTinyImagenet } from './tiny-imagenet.js';

/** Tiny-ImageNet: 200 classes of 64 x 64 pixels, validation labels from val_annotations.txt. */
export const tinyImagenetPlugin = definePlugin({
  name: 'tiny-imagenet',
  kind: 'data',
  apiVersion: API_VERSION,
  config: tinyImagenetConfig,
  setup(host, options) {
    host.provide(DATASET, () => openTinyImagenet(options));
  },
});
