import { samplerConformance } from '@mochi/testing';
import {
  dclPlugin,
  debiasedPlugin,
  falseNegativeCancelPlugin,
  hardDuplicatesPlugin,
  hclPlugin,
  mochiPlugin,
  oraclePlugin,
  percentilePlugin,
  randomMixPlugin,
  randomPlugin,
  ringPlugin,
  syncoPlugin,
  uniformPlugin,
} from './index.js';

samplerConformance(uniformPlugin);
samplerConformance(randomPlugin, { m: 9, correct: true });
samplerConformance(mochiPlugin, { n: 16, s: 12, sPrime: 5, warmup: '10ep' });
samplerConformance(randomMixPlugin, { s: 12, sPrime: 5 });
samplerConformance(hardDuplicatesPlugin, { n: 16, s: 12, sPrime: 5 });
samplerConformance(syncoPlugin, { n: 16, n1: 5, n2: 4, n3: 6, n4: 3, n5: 2, n6: 3 });
samplerConformance(oraclePlugin);
samplerConformance(percentilePlugin, { hardest: 0.1, easiest: 0.3 });
samplerConformance(percentilePlugin, { hardest: { from: 0.5, to: 0, over: '10ep' }, easiest: { from: 0, to: 0.2, over: '5ep' } });
samplerConformance(falseNegativeCancelPlugin, { threshold: 0.2, topK: { from: 1, to: 8, over: '10ep' }, support: 'both' });
samplerConformance(falseNegativeCancelPlugin, { threshold: { from: 0.9, to: 0.2, over: '10ep' } });
samplerConformance(hclPlugin, { beta: 2 });
samplerConformance(hclPlugin, { beta: { from: 2, to: 0, over: '10ep' }, tauPlus: { from: 0, to: 0.1, over: '500st' } });
samplerConformance(ringPlugin, { lower: 0.05, upper: 0.4 });
samplerConformance(ringPlugin, { lower: 0.05, upper: { from: 1, to: 0.2, over: '10ep' }, count: 20 });
samplerConformance(dclPlugin, { sigma: 0.5 });
samplerConformance(debiasedPlugin, { tauPlus: { from: 0, to: 0.1, over: '500st' } });
