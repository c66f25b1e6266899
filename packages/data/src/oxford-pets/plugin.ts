import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { oxfordPetsConfig } from './config.js';
import { openOxfordPets } from './oxford-pets.js';

/** Oxford-IIIT Pets: 37 breeds. */
export const oxfordPetsPlugin = definePlugin({
  name: 'oxford-pets',
  kind: 'data',
  apiVersion: API_VERSION,
  config: oxfordPetsConfig,
  setup(host, options) {
    host.provide(DATASET, () => openOxfordPets(options));
  },
});
