import { API_VERSION, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { feedRamps } from '@mochi/optim';
import { hclConfig } from './config.js';
import { hclSampler } from './hcl-sampler.js';

/** `sampler: { name: hcl, beta, tauPlus, floor, differentiable }` */
export const hclPlugin = definePlugin({
  name: 'hcl',
  kind: 'sampler',
  apiVersion: API_VERSION,
  config: hclConfig,
  setup(host, options) {
    feedRamps(host, { beta: options.beta, tauPlus: options.tauPlus });
    host.provide(NEGATIVE_SAMPLER, () => hclSampler(options));
  },
});
