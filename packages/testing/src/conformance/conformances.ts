import type { Plugin } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { beforeAll, describe, test } from 'vitest';
import { augmentationChecks } from './augmentation.js';
import { bankChecks } from './bank.js';
import { datasetChecks } from './dataset.js';
import { encoderChecks } from './encoder.js';
import { evaluatorChecks } from './evaluator.js';
import { exporterChecks } from './exporter.js';
import { methodChecks } from './method.js';
import { mixingChecks } from './mixing.js';
import { operationChecks } from './operation.js';
import { optimizerChecks } from './optimizer.js';
import { positivesChecks } from './positives.js';
import { samplerChecks } from './sampler.js';
import { scheduleChecks } from './schedule.js';
import type { Check } from './suite.js';
import { trackerChecks } from './tracker.js';

/** The checks of a kind as tests of the file that calls it. */
const suite =
  <Rest extends unknown[]>(kind: string, checksOf: (plugin: Plugin, options?: object, ...rest: Rest) => Check[]) =>
  (plugin: Plugin, options: object = {}, ...rest: Rest): void => {
    describe(`${plugin.name} keeps the contract of ${kind}`, () => {
      beforeAll(async () => void (await startTensorFlow()));
      for (const { name, run } of checksOf(plugin, options, ...rest)) test(name, () => run());
    });
  };

// Each: what every plugin of the kind must keep, as tests of the file that calls it. Options are those of a config.
export const samplerConformance = suite('a sampler', samplerChecks);
export const bankConformance = suite('a bank', bankChecks);
export const methodConformance = suite('a method', methodChecks);
export const encoderConformance = suite('an encoder', encoderChecks);
export const augmentationConformance = suite('an augmentation', augmentationChecks);
export const mixingConformance = suite('a mixing', mixingChecks);
export const operationConformance = suite('an operation for recipes', operationChecks);
export const optimizerConformance = suite('an optimizer', optimizerChecks);
export const scheduleConformance = suite('a schedule', scheduleChecks);
export const positivesConformance = suite('a source of positives', positivesChecks);
export const datasetConformance = suite('a data set', datasetChecks);
export const evaluatorConformance = suite('an evaluator', evaluatorChecks);
export const trackerConformance = suite('a tracker', trackerChecks);
export const exporterConformance = suite('an exporter', exporterChecks);
