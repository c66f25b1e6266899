import { API_VERSION, definePlugin, SCHEDULE } from '@mochi/contract';
import { constantConfig, cosineConfig, stepConfig } from './config.js';
import { constant, cosine, step } from './schedules.js';

export const constantPlugin = definePlugin({
  name: 'constant',
  kind: 'schedule',
  apiVersion: API_VERSION,
  config: constantConfig,
  setup(host, options) {
    host.provide(SCHEDULE, () => constant(options));
  },
});

export const cosinePlugin = definePlugin({
  name: 'cosine',
  kind: 'schedule',
  apiVersion: API_VERSION,
  config: cosineConfig,
  setup(host, options) {
    host.provide(SCHEDULE, () => cosine(options));
  },
});

export const stepPlugin = definePlugin({
  name: 'step',
  kind: 'schedule',
  apiVersion: API_VERSION,
  config: stepConfig,
  setup(host, options) {
    host.provide(SCHEDULE, () => step(options));
  },
});
