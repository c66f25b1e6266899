import { positivesConformance } from '@mochi/testing';
import { nearestNeighbourPlugin } from './index.js';

positivesConformance(nearestNeighbourPlugin);
positivesConformance(nearestNeighbourPlugin, { maskSelf: true });
