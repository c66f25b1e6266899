import { datasetPlugin } from '../common/dataset-plugin.js';
import { tinyImagenetConfig } from './config.js';
import { openTinyImagenet } from './tiny-imagenet.js';

/** Tiny-ImageNet: 200 classes of 64 x 64 pixels, validation labels from val_annotations.txt. */
export const tinyImagenetPlugin = datasetPlugin({ name: 'tiny-imagenet', config: tinyImagenetConfig, open: openTinyImagenet });
