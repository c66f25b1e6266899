import { datasetPlugin } from '../common/dataset-plugin.js';
import { imagenetConfig } from './config.js';
import { openImagenet } from './imagenet.js';

/** ImageNet-1k (ILSVRC 2012): class folders, or a flat validation folder with its list. */
export const imagenetPlugin = datasetPlugin({ name: 'imagenet', config: imagenetConfig, open: openImagenet });
