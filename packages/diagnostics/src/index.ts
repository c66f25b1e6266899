export { negativeMetricsConfig, type NegativeMetricsConfig } from './negative-metrics/config.js';
export { negativeMetrics, type Measured, type MeasureOptions } from './negative-metrics/negative-metrics.js';
export { negativeMetricsPlugin } from './negative-metrics/plugin.js';
export { drawsConfig, hardestConfig, type DrawsConfig } from './offline/config.js';
export { drawsEvaluator, type DrawsSpec } from './offline/draws-evaluator.js';
export { falseNegativesPlugin, hardnessProfilePlugin, proxyTaskPlugin } from './offline/plugins.js';
export { FALSE_NEGATIVES, HARDNESS_PROFILE, PROXY_TASK } from './offline/specs.js';
