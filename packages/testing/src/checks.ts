import type { Plugin } from '@mochi/contract';
import { causeOf } from '@mochi/core';
import { startTensorFlow } from '@mochi/tensorflow';
import { augmentationChecks } from './conformance/augmentation.js';
import { bankChecks } from './conformance/bank.js';
import { datasetChecks } from './conformance/dataset.js';
import { encoderChecks } from './conformance/encoder.js';
import { evaluatorChecks } from './conformance/evaluator.js';
import { exporterChecks } from './conformance/exporter.js';
import { methodChecks } from './conformance/method.js';
import { mixingChecks } from './conformance/mixing.js';
import { operationChecks, providesOperations } from './conformance/operation.js';
import { optimizerChecks } from './conformance/optimizer.js';
import { positivesChecks } from './conformance/positives.js';
import { samplerChecks } from './conformance/sampler.js';
import { scheduleChecks } from './conformance/schedule.js';
import { textOf, thrownBy, type Check } from './conformance/suite.js';
import { trackerChecks } from './conformance/tracker.js';

// The suites as data, `{ name, run }`, for another test runner: nothing here needs vitest. They need a started TensorFlow.
export type { EncoderSizes } from './conformance/encoder.js';
export type { EvaluationOptions } from './conformance/evaluation-context.js';
export type { MethodSizes } from './conformance/method.js';
export type { Sizes } from './conformance/sampler-context.js';
export type { TrackerLimits } from './conformance/tracker.js';
export {
  augmentationChecks,
  bankChecks,
  datasetChecks,
  encoderChecks,
  evaluatorChecks,
  exporterChecks,
  methodChecks,
  mixingChecks,
  operationChecks,
  optimizerChecks,
  positivesChecks,
  samplerChecks,
  scheduleChecks,
  trackerChecks,
  type Check,
};

const OF_KIND: Readonly<Partial<Record<Plugin['kind'], (plugin: Plugin, options?: object) => Check[]>>> = {
  data: datasetChecks,
  augment: augmentationChecks,
  encoder: encoderChecks,
  method: methodChecks,
  bank: bankChecks,
  sampler: samplerChecks,
  positives: positivesChecks,
  optimizer: optimizerChecks,
  schedule: scheduleChecks,
  evaluator: evaluatorChecks,
  tracker: trackerChecks,
  exporter: exporterChecks,
  mixing: mixingChecks,
};

/** The suite of the plugin's kind. Of an extension: that of its operations for recipes; empty where it has none, for it promises nothing but to be set up. */
export async function pluginChecks(plugin: Plugin, options: object = {}): Promise<Check[]> {
  if (plugin.kind === 'extension') return (await providesOperations(plugin, options)) ? operationChecks(plugin, options) : [];
  return OF_KIND[plugin.kind]?.(plugin, options) ?? [];
}

/** What became of a check. */
export interface CheckResult {
  readonly name: string;
  /** Why it failed; null where it holds. */
  readonly failure: string | null;
}

/** Runs checks one after another on an engine that it starts. What a check throws is its failure. */
export async function runChecks(
  checks: readonly Check[],
  onResult: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  await startTensorFlow();
  const results: CheckResult[] = [];
  for (const { name, run } of checks) {
    const error = await thrownBy(() => run());
    const result = { name, failure: error === undefined ? null : failureOf(error) };
    results.push(result);
    onResult(result);
  }
  return results;
}

/** What was broken, and where in the plugin's own code it broke, if it threw there. */
function failureOf(error: unknown): string {
  const said = error instanceof Error ? error.message : textOf(error);
  return [said, ...causeOf(error).frames.map((frame) => `  at ${frame}`)].join('\n');
}
