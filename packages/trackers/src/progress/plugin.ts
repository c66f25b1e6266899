import { API_VERSION, definePlugin, TRACKER } from '@mochi/contract';
import { progressConfig } from './config.js';
import { ProgressTracker } from './progress-tracker.js';

/** Where a run stands, on standard error. */
export const progressPlugin = definePlugin({
  name: 'progress',
  kind: 'tracker',
  apiVersion: API_VERSION,
  config: progressConfig,
  setup(host, options) {
    host.provide(TRACKER, () => new ProgressTracker({ stream: process.stderr, ...options }));
  },
});
