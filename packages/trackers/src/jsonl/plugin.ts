import { API_VERSION, definePlugin, TRACKER } from '@mochi/contract';
import { jsonlConfig } from './config.js';
import { JsonlTracker } from './jsonl-tracker.js';

/** Events of a run, one JSON object a line, in its folder. */
export const jsonlPlugin = definePlugin({
  name: 'jsonl',
  kind: 'tracker',
  apiVersion: API_VERSION,
  config: jsonlConfig,
  setup(host, options) {
    host.provide(TRACKER, () => new JsonlTracker(options, (message) => host.log.warn(message)));
  },
});
