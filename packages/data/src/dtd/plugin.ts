import { datasetPlugin } from '../common/dataset-plugin.js';
import { dtdConfig } from './config.js';
import { openDtd } from './dtd.js';

/** Describable Textures: 47 classes, by the published partitions. */
export const dtdPlugin = datasetPlugin({ name: 'dtd', config: dtdConfig, open: openDtd });
