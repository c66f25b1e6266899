import { datasetPlugin } from '../common/dataset-plugin.js';
import { sun397Config } from './config.js';
import { openSun397 } from './sun397.js';

/** SUN397: scenes, by the published partitions. */
export const sun397Plugin = datasetPlugin({ name: 'sun397', config: sun397Config, open: openSun397 });
