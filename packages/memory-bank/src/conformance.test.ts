import { bankConformance } from '@mochi/testing';
import { fifoPlugin } from './index.js';

bankConformance(fifoPlugin, { capacity: 16 });
bankConformance(fifoPlugin, { capacity: 16, fill: 'mask', maskSelf: true, labels: true });
