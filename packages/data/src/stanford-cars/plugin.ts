import { datasetPlugin } from '../common/dataset-plugin.js';
import { stanfordCarsConfig } from './config.js';
import { openStanfordCars } from './stanford-cars.js';

/** Stanford Cars: 196 classes, labels from its MATLAB files. */
export const stanfordCarsPlugin = datasetPlugin({ name: 'stanford-cars', config: stanfordCarsConfig, open: openStanfordCars });
