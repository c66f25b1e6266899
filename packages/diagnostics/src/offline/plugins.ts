import { API_VERSION, definePlugin, EVALUATOR } from '@mochi/contract';
import { drawsConfig, hardestConfig } from './config.js';
import { drawsEvaluator } from './draws-evaluator.js';
import { FALSE_NEGATIVES, HARDNESS_PROFILE, PROXY_TASK } from './specs.js';

/** Proxy accuracy on a checkpoint. */
export const proxyTaskPlugin = definePlugin({
  name: PROXY_TASK.name,
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: drawsConfig,
  setup: (host, options) => host.provide(EVALUATOR, () => drawsEvaluator(PROXY_TASK, options)),
});

/** Sorted matching probabilities on a checkpoint. */
export const hardnessProfilePlugin = definePlugin({
  name: HARDNESS_PROFILE.name,
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: drawsConfig,
  setup: (host, options) => host.provide(EVALUATOR, () => drawsEvaluator(HARDNESS_PROFILE, options)),
});

/** Audit of the bank and of synthetic negatives by class, on a checkpoint. */
export const falseNegativesPlugin = definePlugin({
  name: FALSE_NEGATIVES.name,
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: hardestConfig,
  setup: (host, options) => host.provide(EVALUATOR, () => drawsEvaluator(FALSE_NEGATIVES, options)),
});
