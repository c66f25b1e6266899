import { exporterConformance } from '@mochi/testing';
import { npyPlugin, parquetPlugin } from './index.js';

exporterConformance(npyPlugin);
exporterConformance(npyPlugin, { sidecar: 'csv' });
exporterConformance(parquetPlugin);
