import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { clusteringConfig } from './config.js';
import { clusteringEvaluator } from './clustering-evaluator.js';

/** K-means on frozen features against the classes. */
export const clusteringPlugin = definePlugin({
  name: 'clustering',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: clusteringConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => clusteringEvaluator(options));
  },
});
