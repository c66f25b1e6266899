import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { z } from 'zod';
import { stateDictConfig } from './config.js';
import { writeDetectron2, writeTorchvision } from './write-state-dict.js';

/** The weights as safetensors with torchvision's names, for PyTorch. */
export const torchvisionPlugin = definePlugin({
  name: 'torchvision',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: stateDictConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => ({
      format: 'torchvision',
      writeEncoder: (trained, path) => writeTorchvision(trained, path, options),
    }));
  },
});

/** The backbone as safetensors with detectron2's names, for detection. */
export const detectron2Plugin = definePlugin({
  name: 'detectron2',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: z.strictObject({}),
  setup(host) {
    host.provide(EXPORTER, () => ({ format: 'detectron2', writeEncoder: writeDetectron2 }));
  },
});
