import { datasetPlugin } from '../common/dataset-plugin.js';
import { fgvcAircraftConfig } from './config.js';
import { openFgvcAircraft } from './fgvc-aircraft.js';

/** FGVC-Aircraft, by variant, family or manufacturer. */
export const fgvcAircraftPlugin = datasetPlugin({ name: 'fgvc-aircraft', config: fgvcAircraftConfig, open: openFgvcAircraft });
