import { datasetPlugin } from '../common/dataset-plugin.js';
import { webdatasetConfig } from './config.js';
import { openWebdataset } from './webdataset.js';

/** WebDataset: tar shards, read in place. */
export const webdatasetPlugin = datasetPlugin({ name: 'webdataset', config: webdatasetConfig, open: openWebdataset });
