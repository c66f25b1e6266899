import type { Group } from '../row.js';
import { inputGroups } from './input.js';
import { knn } from './knn.js';
import { mochiCost } from './mochi-cost.js';
import { scale } from './scale.js';
import { start } from './start.js';
import { stepGroups } from './steps.js';

const named = (name: string): Group => [...stepGroups, ...inputGroups].find(({ names }) => names.includes(name))!;

/** Everything that can be measured, most important first. */
export const groups: readonly Group[] = [
  named('step-small'),
  named('step-small-mochi'),
  ...mochiCost,
  named('views'),
  named('views-photos'),
  named('step-full'),
  named('step-r50'),
  start,
  named('embed'),
  knn,
  named('step-small-compiled'),
  scale,
];
