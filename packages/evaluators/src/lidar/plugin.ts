import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { lidarConfig } from './config.js';
import { lidarEvaluator } from './lidar-evaluator.js';

/** LiDAR on random views of images. */
export const lidarPlugin = definePlugin({
  name: 'lidar',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: lidarConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => lidarEvaluator(options));
  },
});
