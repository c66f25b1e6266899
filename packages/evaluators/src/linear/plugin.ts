import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { linearConfig } from './config.js';
import { linearEvaluator } from './linear-evaluator.js';

/** Linear classification accuracy on frozen features. */
export const linearPlugin = definePlugin({
  name: 'linear',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: linearConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => linearEvaluator(options));
  },
});
