import { datasetPlugin } from '../common/dataset-plugin.js';
import { imagenet100Config } from './config.js';
import { openImagenet100 } from './imagenet100.js';

/** ImageNet-100: the 100 classes of Contrastive Multiview Coding, out of an ImageNet folder. */
export const imagenet100Plugin = datasetPlugin({ name: 'imagenet100', config: imagenet100Config, open: openImagenet100 });
