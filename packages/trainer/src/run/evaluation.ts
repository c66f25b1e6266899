import { evaluationEnd, type EvalContext, type Evaluator, type Features, type Progress } from '@mochi/contract';
import type { EventBus } from '@mochi/core';
import { createRng } from '@mochi/tensorflow';
import type { StepParts, RunState } from '../step/parts.js';
import type { FeatureOptions, FeatureReader } from './features.js';

export interface EvaluationParts {
  readonly evaluators: readonly Evaluator[];
  readonly reader: FeatureReader;
  readonly bus: EventBus;
  readonly splits: readonly string[];
  readonly step: Pick<StepParts, 'method' | 'seed'>;
}

/** Values by `evaluator/metric`. */
export type Results = Record<string, { value: number; unit: string; better: 'higher' | 'lower' }>;

/** Runs the evaluators on the state as it is now, one after another; features of a split are computed once and shared. */
export async function evaluate(
  parts: EvaluationParts,
  which: readonly Evaluator[],
  state: RunState,
  progress: Progress,
  signal: AbortSignal,
): Promise<Results> {
  const results: Results = {};
  const features = sharedFeatures(parts, state, signal);
  for (const evaluator of which) {
    const started = performance.now();
    const rng = createRng(parts.step.seed, `evaluate/${evaluator.name}`, progress.step);
    const context: EvalContext = { progress, features, splits: parts.splits, rng, signal };
    const values = await evaluator.run(context);
    const metrics = Object.fromEntries(
      evaluator.metrics
        .filter(({ name }) => name in values)
        .map(({ name, unit, better }) => [name, { value: values[name]!, unit, better }]),
    );
    for (const [name, measured] of Object.entries(metrics)) results[`${evaluator.name}/${name}`] = measured;
    const seconds = (performance.now() - started) / 1000;
    const { step, epoch } = progress;
    parts.bus.emit(evaluationEnd, { evaluator: evaluator.name, step, epoch, seconds, metrics, settings: evaluator.settings });
  }
  return results;
}

function sharedFeatures(parts: EvaluationParts, state: RunState, signal: AbortSignal): EvalContext['features'] {
  const cache = new Map<string, Promise<Features>>();
  return (split: string, { layer = 'backbone', encoder = 'query' }: FeatureOptions = {}) => {
    const key = `${split} ${layer} ${encoder}`;
    const weights = parts.step.method.part.encoders(state.params, state.method)[encoder]!;
    const found = cache.get(key) ?? parts.reader.read(split, weights, layer, signal);
    cache.set(key, found);
    return found;
  };
}

/** Evaluators that are due when an epoch ends; `epoch` counts whole epochs done. */
export const dueAfter = (evaluators: readonly Evaluator[], epoch: number): Evaluator[] =>
  evaluators.filter(({ everyEpochs }) => everyEpochs !== null && epoch % everyEpochs === 0);
