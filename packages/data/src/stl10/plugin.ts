import { datasetPlugin } from '../common/dataset-plugin.js';
import { stl10Config } from './config.js';
import { openStl10 } from './stl10.js';

/** STL-10, from its binary files: labelled, unlabelled, and the ten folds. */
export const stl10Plugin = datasetPlugin({ name: 'stl10', config: stl10Config, open: openStl10 });
