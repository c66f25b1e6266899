import { methodConformance } from '@mochi/testing';
import { mocoV2Plugin, simclrPlugin } from './index.js';

methodConformance(mocoV2Plugin, { batchNorm: { split: 2 } });
methodConformance(mocoV2Plugin, { symmetric: true, keyMomentum: { from: 0.9, to: 1, over: '10ep' } });
methodConformance(simclrPlugin);
