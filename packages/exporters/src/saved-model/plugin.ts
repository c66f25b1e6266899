import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { savedModelConfig } from './config.js';
import { writeSavedModel } from './write-saved-model.js';

/** The encoder as a SavedModel, for TensorFlow in Python, TensorFlow Serving and converters. */
export const savedModelPlugin = definePlugin({
  name: 'saved-model',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: savedModelConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => ({
      format: 'saved-model',
      writeEncoder: (trained, path) => writeSavedModel(trained, path, options),
    }));
  },
});
