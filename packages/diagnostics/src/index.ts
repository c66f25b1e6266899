export { negativeMetricsConfig, type NegativeMetricsConfig } from './negative-metrics/config.js';
export { negativeMetrics, type Measured, type MeasureOptions } from './negative-metrics/negative-metrics.js';
export { negativeMetricsPlugin } from './negative-metrics/plugin.js';
