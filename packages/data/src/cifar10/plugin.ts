import { datasetPlugin } from '../common/dataset-plugin.js';
import { cifar10Config } from './config.js';
import { openCifar10 } from './cifar10.js';

/** CIFAR-10, from its binary archive. */
export const cifar10Plugin = datasetPlugin({ name: 'cifar10', config: cifar10Config, open: openCifar10 });
