import { augmentationConformance } from '@mochi/testing';
import { evalAugmentPlugin, mocoV2AugmentPlugin } from './index.js';

augmentationConformance(evalAugmentPlugin, { size: 16 });
augmentationConformance(mocoV2AugmentPlugin, { size: 16 });
