import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { robustnessConfig } from './config.js';
import { robustnessEvaluator } from './robustness-evaluator.js';

/** kNN accuracy under common corruptions of the test images. */
export const robustnessPlugin = definePlugin({
  name: 'robustness',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: robustnessConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => robustnessEvaluator(options));
  },
});
