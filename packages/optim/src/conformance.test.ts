import { optimizerConformance, scheduleConformance } from '@mochi/testing';
import { adamwPlugin, constantPlugin, cosinePlugin, larsPlugin, sgdPlugin, stepPlugin } from './index.js';

optimizerConformance(sgdPlugin, { nesterov: true });
optimizerConformance(larsPlugin);
optimizerConformance(adamwPlugin);
scheduleConformance(constantPlugin, { warmup: '10ep' });
scheduleConformance(cosinePlugin, { warmup: '50st', by: 'epoch' });
scheduleConformance(stepPlugin, { milestones: [100, 150] });
