import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { classConcentrationConfig } from './config.js';
import { classConcentrationEvaluator } from './class-concentration-evaluator.js';

/** Inter- over intra-class distance of frozen features. */
export const classConcentrationPlugin = definePlugin({
  name: 'class-concentration',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: classConcentrationConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => classConcentrationEvaluator(options));
  },
});
