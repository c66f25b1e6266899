import { bankConformance } from '@mochi/testing';
import { fifoPlugin, perSamplePlugin } from './index.js';

bankConformance(fifoPlugin, { capacity: 16 });
bankConformance(fifoPlugin, { capacity: 4096, maskSelf: true });
bankConformance(fifoPlugin, { capacity: 16, fill: 'mask', maskSelf: true, labels: true });
bankConformance(perSamplePlugin);
bankConformance(perSamplePlugin, { fill: 'mask', maskSelf: false, labels: true, momentum: 0 });
