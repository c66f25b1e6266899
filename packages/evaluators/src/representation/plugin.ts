import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { representationConfig } from './config.js';
import { representationEvaluator } from './representation-evaluator.js';

/** Uniformity, RankMe and alignment. */
export const representationPlugin = definePlugin({
  name: 'representation',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: representationConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => representationEvaluator(options));
  },
});
