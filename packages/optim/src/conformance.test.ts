import { optimizerConformance } from '@mochi/testing';
import { adamwPlugin, larsPlugin, sgdPlugin } from './index.js';

optimizerConformance(sgdPlugin, { nesterov: true });
optimizerConformance(larsPlugin);
optimizerConformance(adamwPlugin);
