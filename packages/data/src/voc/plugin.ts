import { datasetPlugin } from '../common/dataset-plugin.js';
import { vocConfig } from './config.js';
import { openVoc } from './voc.js';

/** Pascal VOC, or one's own data in its form: images with boxes and masks. */
export const vocPlugin = datasetPlugin({ name: 'voc', config: vocConfig, open: openVoc });
