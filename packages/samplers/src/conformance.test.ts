import { samplerConformance } from '@mochi/testing';
import { hardDuplicatesPlugin, mochiPlugin, randomMixPlugin, randomPlugin, syncoPlugin, uniformPlugin } from './index.js';

samplerConformance(uniformPlugin);
samplerConformance(randomPlugin, { m: 9, correct: true });
samplerConformance(mochiPlugin, { n: 16, s: 12, sPrime: 5, warmup: '10ep' });
samplerConformance(randomMixPlugin, { s: 12, sPrime: 5 });
samplerConformance(hardDuplicatesPlugin, { n: 16, s: 12, sPrime: 5 });
samplerConformance(syncoPlugin, { n: 16, n1: 5, n2: 4, n3: 6, n4: 3, n5: 2, n6: 3 });
