export { nearestNeighbourPlugin } from './nearest-neighbour/plugin.js';
export { nearestNeighbourConfig, type NearestNeighbourConfig } from './nearest-neighbour/config.js';
export { nearestRows, nearestNeighbour } from './nearest-neighbour/nearest-neighbour.js';
