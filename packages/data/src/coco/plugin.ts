import { datasetPlugin } from '../common/dataset-plugin.js';
import { cocoConfig } from './config.js';
import { openCoco } from './coco.js';

/** COCO: images with boxes and masks, or one's own data in its form. */
export const cocoPlugin = datasetPlugin({ name: 'coco', config: cocoConfig, open: openCoco });
