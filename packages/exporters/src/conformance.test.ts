import { exporterConformance } from '@mochi/testing';
import {
  cardPlugin,
  detectron2Plugin,
  npyPlugin,
  onnxPlugin,
  parquetPlugin,
  savedModelPlugin,
  tfjsPlugin,
  torchvisionPlugin,
} from './index.js';

exporterConformance(npyPlugin);
exporterConformance(npyPlugin, { sidecar: 'csv' });
exporterConformance(parquetPlugin);
for (const plugin of [torchvisionPlugin, detectron2Plugin, onnxPlugin, savedModelPlugin, tfjsPlugin, cardPlugin])
  exporterConformance(plugin);
