import { API_VERSION, AUGMENTATION, definePlugin } from '@mochi/contract';
import { evalTransform } from '../../augmentation.js';
import { evalConfig } from './config.js';

/** The plain evaluation transform: resize, centre crop, normalise. */
export const evalAugmentPlugin = definePlugin({
  name: 'eval',
  kind: 'augment',
  apiVersion: API_VERSION,
  config: evalConfig,
  setup(host, { size, ...statistics }) {
    host.provide(AUGMENTATION, () => evalTransform(size, statistics));
  },
});
