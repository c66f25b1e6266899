import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { retrievalConfig } from './config.js';
import { retrievalEvaluator } from './retrieval-evaluator.js';

/** Recall of nearest neighbours, across two splits or within one. */
export const retrievalPlugin = definePlugin({
  name: 'retrieval',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: retrievalConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => retrievalEvaluator(options));
  },
});
