import { datasetPlugin } from '../common/dataset-plugin.js';
import { flowers102Config } from './config.js';
import { openFlowers102 } from './flowers102.js';

/** Oxford 102 Flowers, labels and splits from its MATLAB files. */
export const flowers102Plugin = datasetPlugin({ name: 'flowers102', config: flowers102Config, open: openFlowers102 });
