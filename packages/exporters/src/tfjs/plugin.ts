import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { tfjsConfig } from './config.js';
import { writeTfjs } from './write-tfjs.js';

/** The encoder as a graph model of TensorFlow.js, for browsers. */
export const tfjsPlugin = definePlugin({
  name: 'tfjs',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: tfjsConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => ({ format: 'tfjs', writeEncoder: (trained, path) => writeTfjs(trained, path, options) }));
  },
});
