import { API_VERSION, definePlugin, POSITIVE_SOURCE } from '@mochi/contract';
import { nearestNeighbourConfig } from './config.js';
import { nearestNeighbour } from './nearest-neighbour.js';

export const nearestNeighbourPlugin = definePlugin({
  name: 'nearest-neighbour',
  kind: 'positives',
  apiVersion: API_VERSION,
  config: nearestNeighbourConfig,
  setup(host, options) {
    host.provide(POSITIVE_SOURCE, () => nearestNeighbour(options));
  },
});
