import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { stl10Config } from './config.js';
import { openStl10 } from './stl10.js';

/** STL-10, from its binary files: labelled, unlabelled, and the ten folds. */
export const stl10Plugin = definePlugin({
  name: 'stl10',
  kind: 'data',
  apiVersion: API_VERSION,
  config: stl10Config,
  setup(host, options) {
    host.provide(DATASET, () => openStl10(options));
  },
});
