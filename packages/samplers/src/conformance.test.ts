import { samplerConformance } from '@mochi/testing';
import { mochiPlugin, randomPlugin, uniformPlugin } from './index.js';

samplerConformance(uniformPlugin);
samplerConformance(randomPlugin, { m: 9, correct: true });
samplerConformance(mochiPlugin, { n: 16, s: 12, sPrime: 5, warmup: '10ep' });
