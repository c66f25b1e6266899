import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { fgvcAircraftConfig } from './config.js';
import { openFgvcAircraft } from './fgvc-aircraft.js';

/** FGVC-Aircraft, by variant, family or manufacturer. */
export const fgvcAircraftPlugin = definePlugin({
  name: 'fgvc-aircraft',
  kind: 'data',
  apiVersion: API_VERSION,
  config: fgvcAircraftConfig,
  setup(host, options) {
    host.provide(DATASET, () => openFgvcAircraft(options));
  },
});
