import { API_VERSION, DATASET, definePlugin, EVALUATOR } from '@mochi/contract';
import { transferLinearConfig } from './config.js';
import { transferLinearEvaluator } from './transfer-linear-evaluator.js';

/** Linear probes on several labelled sets, each of which it owns. */
export const transferLinearPlugin = definePlugin({
  name: 'transfer-linear',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: transferLinearConfig,
  async setup(host, options) {
    const datasets = await Promise.all(options.sets.map(({ data }) => host.use(DATASET, data)));
    host.provide(EVALUATOR, () => transferLinearEvaluator(options, datasets));
  },
});
