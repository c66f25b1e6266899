import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { collapseConfig } from './config.js';
import { collapseEvaluator } from './collapse-evaluator.js';

/** Signs of collapse in frozen features. */
export const collapsePlugin = definePlugin({
  name: 'collapse',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: collapseConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => collapseEvaluator(options));
  },
});
