import { datasetPlugin } from '../common/dataset-plugin.js';
import { oxfordPetsConfig } from './config.js';
import { openOxfordPets } from './oxford-pets.js';

/** Oxford-IIIT Pets: 37 breeds. */
export const oxfordPetsPlugin = datasetPlugin({ name: 'oxford-pets', config: oxfordPetsConfig, open: openOxfordPets });
