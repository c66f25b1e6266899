import { API_VERSION, AUGMENTATION, definePlugin } from '@mochi/contract';
import { augmentationOf } from '../../augmentation.js';
import { mocoV2Config } from './config.js';
import { mocoV2Recipe } from './recipe.js';

/** MoCo-v2's augmentation. */
export const mocoV2AugmentPlugin = definePlugin({
  name: 'moco-v2',
  kind: 'augment',
  apiVersion: API_VERSION,
  config: mocoV2Config,
  setup(host, options) {
    host.provide(AUGMENTATION, () => augmentationOf(mocoV2Recipe(options), options));
  },
});
