import { datasetPlugin } from '../common/dataset-plugin.js';
import { cifar100Config } from './config.js';
import { openCifar100 } from './cifar100.js';

/** CIFAR-100, from its binary archive. */
export const cifar100Plugin = datasetPlugin({ name: 'cifar100', config: cifar100Config, open: openCifar100 });
