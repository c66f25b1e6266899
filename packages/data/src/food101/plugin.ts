import { datasetPlugin } from '../common/dataset-plugin.js';
import { food101Config } from './config.js';
import { openFood101 } from './food101.js';

/** Food-101. */
export const food101Plugin = datasetPlugin({ name: 'food101', config: food101Config, open: openFood101 });
