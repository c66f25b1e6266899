import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { npyConfig } from './config.js';
import { writeNpy } from './write-npy.js';

/** Embeddings as .npy, for numpy and whatever reads its arrays. */
export const npyPlugin = definePlugin({
  name: 'npy',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: npyConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => ({ format: 'npy', write: (table, path) => writeNpy(table, path, options) }));
  },
});
