import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { dtdConfig } from './config.js';
import { openDtd } from './dtd.js';

/** Describable Textures: 47 classes, by the published partitions. */
export const dtdPlugin = definePlugin({
  name: 'dtd',
  kind: 'data',
  apiVersion: API_VERSION,
  config: dtdConfig,
  setup(host, options) {
    host.provide(DATASET, () => openDtd(options));
  },
});
