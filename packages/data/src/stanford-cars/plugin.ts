import { API_VERSION, DATASET, definePlugin } from '@mochi/contract';
import { stanfordCarsConfig } from './config.js';
import { openStanfordCars } from './stanford-cars.js';

/** Stanford Cars: 196 classes, labels from its MATLAB files. */
export const stanfordCarsPlugin = definePlugin({
  name: 'stanford-cars',
  kind: 'data',
  apiVersion: API_VERSION,
  config: stanfordCarsConfig,
  setup(host, options) {
    host.provide(DATASET, () => openStanfordCars(options));
  },
});
