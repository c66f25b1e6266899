import type { Plugin } from '@mochi/contract';
import * as augment from '@mochi/augment';
import * as data from '@mochi/data';
import * as diagnostics from '@mochi/diagnostics';
import * as encoders from '@mochi/encoders';
import * as evaluators from '@mochi/evaluators';
import * as exporters from '@mochi/exporters';
import * as memoryBank from '@mochi/memory-bank';
import * as methods from '@mochi/methods';
import * as optim from '@mochi/optim';
import * as positives from '@mochi/positives';
import * as samplers from '@mochi/samplers';
import * as trackers from '@mochi/trackers';

const isPlugin = (value: unknown): value is Plugin =>
  typeof value === 'object' && value !== null && 'apiVersion' in value && 'setup' in value;

/** Every plugin that ships: what the plugin packages export, in the order of the list above. */
export const builtInPlugins: readonly Plugin[] = [
  data,
  augment,
  encoders,
  methods,
  memoryBank,
  samplers,
  positives,
  optim,
  evaluators,
  trackers,
  exporters,
  diagnostics,
]
  .flatMap((module) => Object.values(module) as unknown[])
  .filter(isPlugin);
