import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { feedRamps } from '@mochi/optim';
import { falseNegativeCancelConfig } from './config.js';
import { falseNegativeCancelSampler } from './false-negative-cancel-sampler.js';

/** `sampler: [{ name: false-negative-cancel, threshold, topK, support, sameSample }, mochi]` */
export const falseNegativeCancelPlugin = definePlugin({
  name: 'false-negative-cancel',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: falseNegativeCancelConfig,
  setup(host, options) {
    feedRamps(host, { threshold: options.threshold, topK: options.topK ?? 0 });
    host.provide(NEGATIVE_SAMPLER, () => falseNegativeCancelSampler(options));
  },
});
