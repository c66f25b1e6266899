import { API_VERSION, definePlugin, TRACKER } from '@mochi/contract';
import { openTelemetryConfig } from './config.js';
import { OpenTelemetryTracker } from './opentelemetry-tracker.js';

/** Spans and metrics of a run, through whatever OpenTelemetry SDK the process has registered. */
export const openTelemetryPlugin = definePlugin({
  name: 'opentelemetry',
  kind: 'tracker',
  apiVersion: API_VERSION,
  config: openTelemetryConfig,
  setup(host, options) {
    host.provide(TRACKER, () => new OpenTelemetryTracker(options));
  },
});
