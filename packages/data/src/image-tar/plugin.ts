import { datasetPlugin } from '../common/dataset-plugin.js';
import { imageTarConfig } from './config.js';
import { openImageTar } from './image-tar.js';

/** Images of a tar of class folders, kept encoded in memory. */
export const imageTarPlugin = datasetPlugin({ name: 'image-tar', config: imageTarConfig, open: openImageTar });
