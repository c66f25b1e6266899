import { evaluatorConformance } from '@mochi/testing';
import { knnPlugin, linearPlugin, representationPlugin, retrievalPlugin } from './index.js';

evaluatorConformance(knnPlugin, { k: 5 });
evaluatorConformance(linearPlugin, { epochs: 3, rates: [0.01, 0.1] });
evaluatorConformance(representationPlugin, { pairs: 'test', maxRows: 40 });
evaluatorConformance(retrievalPlugin);
evaluatorConformance(retrievalPlugin, { by: 'id', every: '2ep' });
