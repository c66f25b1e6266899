import { datasetPlugin } from '../common/dataset-plugin.js';
import { imageFolderConfig } from './config.js';
import { openImageFolder } from './image-folder.js';

/** A folder of images, with or without class folders. */
export const imageFolderPlugin = datasetPlugin({ name: 'image-folder', config: imageFolderConfig, open: openImageFolder });
