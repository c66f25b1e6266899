import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { knnConfig } from './config.js';
import { knnEvaluator } from './knn-evaluator.js';

/** Weighted kNN accuracy on frozen features. */
export const knnPlugin = definePlugin({
  name: 'knn',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: knnConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => knnEvaluator(options, (message) => host.log.warn(message)));
  },
});
