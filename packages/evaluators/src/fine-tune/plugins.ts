import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { fineTuneConfig, semiSupervisedConfig } from './config.js';
import { fineTuneEvaluator, semiSupervisedEvaluator } from './fine-tune-evaluator.js';

/** Accuracy after training on with all labels. */
export const fineTunePlugin = definePlugin({
  name: 'fine-tune',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: fineTuneConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => fineTuneEvaluator(options));
  },
});

/** Accuracy after training on with a share of the labels. */
export const semiSupervisedPlugin = definePlugin({
  name: 'semi-supervised',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: semiSupervisedConfig,
  setup(host, options) {
    host.provide(EVALUATOR, () => semiSupervisedEvaluator(options));
  },
});
