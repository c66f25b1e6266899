import type { Group } from '../row.js';
import { onGpu } from '../options.js';
import { gpuGroups } from './gpu.js';
import { inputGroups } from './input.js';
import { knn } from './knn.js';
import { gpuMochiCost, mochiCost } from './mochi-cost.js';
import { scale } from './scale.js';
import { start } from './start.js';
import { stepGroups } from './steps.js';

const named = (name: string): Group => [...stepGroups, ...inputGroups].find(({ names }) => names.includes(name))!;

const forProcessors: readonly Group[] = [
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

const forGpus: readonly Group[] = [...gpuGroups, ...gpuMochiCost];

/** Everything that can be measured, most important first. */
export const groups: readonly Group[] = [...forProcessors, ...forGpus];

/** What is measured when nothing is named. */
export const usual = onGpu ? forGpus : forProcessors;
