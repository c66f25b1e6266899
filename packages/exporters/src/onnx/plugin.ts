import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { onnxConfig } from './config.js';
import { writeOnnx } from './write-onnx.js';

/** The encoder as ONNX, for onnxruntime and whatever else reads it. */
export const onnxPlugin = definePlugin({
  name: 'onnx',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: onnxConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => ({ format: 'onnx', writeEncoder: (trained, path) => writeOnnx(trained, path, options) }));
  },
});
