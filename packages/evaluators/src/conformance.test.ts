import { evaluatorConformance } from '@mochi/testing';
import {
  classConcentrationPlugin,
  clusteringPlugin,
  collapsePlugin,
  knnPlugin,
  linearPlugin,
  representationPlugin,
  retrievalPlugin,
} from './index.js';

evaluatorConformance(knnPlugin, { k: 5 });
evaluatorConformance(linearPlugin, { epochs: 3, rates: [0.01, 0.1] });
evaluatorConformance(representationPlugin, { pairs: 'test', maxRows: 40 });
evaluatorConformance(retrievalPlugin);
evaluatorConformance(retrievalPlugin, { by: 'id', every: '2ep' });
evaluatorConformance(knnPlugin, { k: [1, 5], temperature: [0.07, 1], leaveOneOut: true });
evaluatorConformance(linearPlugin, { solver: 'ridge' });
evaluatorConformance(clusteringPlugin, { restarts: 1 });
evaluatorConformance(classConcentrationPlugin);
evaluatorConformance(collapsePlugin);
