import { API_VERSION, definePlugin, METHOD } from '@mochi/contract';
import { mocoV2Config } from './config.js';
import { keyMomentumAt } from './key-momentum.js';
import { MocoV2 } from './moco-v2.js';

export const mocoV2Plugin = definePlugin({
  name: 'moco-v2',
  kind: 'method',
  apiVersion: API_VERSION,
  config: mocoV2Config,
  setup(host, options) {
    host.scalar('keyMomentum', keyMomentumAt(options.keyMomentum));
    host.provide(METHOD, () => new MocoV2(options));
  },
});
