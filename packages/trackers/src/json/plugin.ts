import { API_VERSION, definePlugin, TRACKER } from '@mochi/contract';
import { jsonConfig } from './config.js';
import { JsonTracker } from './json-tracker.js';

/** Events of a run on standard output, one JSON object a line. */
export const jsonPlugin = definePlugin({
  name: 'json',
  kind: 'tracker',
  apiVersion: API_VERSION,
  config: jsonConfig,
  setup(host) {
    host.provide(TRACKER, () => new JsonTracker(process.stdout));
  },
});
