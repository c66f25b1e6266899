import {
  evaluationEnd,
  evaluationFailed,
  evaluationStart,
  isMochiError,
  warning,
  type Augmentation,
  type Dataset,
  type EvalContext,
  type EvaluationFailure,
  type Evaluator,
  type Features,
  type MetricResult,
  type Progress,
} from '@mochi/contract';
import { causeOf, heldOutSplit, toldWhenSlow, withinLimit, type EventBus, type RuntimeConfig } from '@mochi/core';
import { createRng } from '@mochi/tensorflow';
import { encoderChanged } from '../errors.js';
import type { StepParts, RunState } from '../step/parts.js';
import { openModel, weightsOf } from './eval-model.js';
import { resultsOf } from './evaluator-results.js';
import { fingerprint } from './fingerprint.js';
import type { FeatureReader } from './features.js';
import type { ScalarInputs } from './feeds.js';

export interface EvaluationParts {
  readonly evaluators: readonly Evaluator[];
  readonly reader: FeatureReader;
  readonly bus: EventBus;
  readonly dataset: Dataset;
  readonly augmentation: Augmentation;
  readonly batchSize: number;
  readonly trainSplit: string;
  readonly scalars: ScalarInputs;
  readonly step: StepParts;
  /** How long evaluators may take. */
  readonly limits: Pick<RuntimeConfig, 'slowSeconds' | 'pluginSeconds'>;
}

/** Values by `evaluator/metric`. */
export type Results = Record<string, MetricResult>;

/** What evaluators measured, and which of them could not. */
export interface Evaluation {
  readonly results: Results;
  readonly failures: readonly EvaluationFailure[];
}

/**
 * Runs the evaluators on the state as it is now, one after another; features of a split are computed once and shared. One that throws, or
 * returns something other than its metrics, is recorded (event `evaluation-failed`), and the next one runs. One that looks at draws is left out,
 * with a warning, while no key is in the bank.
 *
 * @throws The reason of the signal, once that is aborted; MOCHI_ENCODER_CHANGED when an evaluator changed what it was to measure.
 */
export async function evaluate(
  parts: EvaluationParts,
  which: readonly Evaluator[],
  state: RunState,
  progress: Progress,
  signal: AbortSignal,
): Promise<Evaluation> {
  const results: Results = {};
  const failures: EvaluationFailure[] = [];
  const features = sharedFeatures(parts, state, signal);
  const model = openModel(parts, state, progress, signal);
  const before = await fingerprint(parts, state);
  const { dataset, trainSplit } = parts;
  const heldOut = (labels?: boolean): Promise<string | undefined> => heldOutSplit(dataset, trainSplit, labels);
  const { step, epoch } = progress;
  for (const evaluator of which) {
    const { name } = evaluator;
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    parts.bus.emit(evaluationStart, { evaluator: name, step, epoch });
    try {
      const rng = createRng(parts.step.seed, `evaluate/${name}`, step);
      const running = evaluator.run({ progress, features, model, splits: dataset.splits, heldOut, rng, signal });
      const values = await inTime(parts, name, running, signal);
      const metrics = resultsOf(evaluator, values);
      for (const [metric, result] of Object.entries(metrics)) results[`${name}/${metric}`] = result;
      const { settings, cost } = evaluator;
      parts.bus.emit(evaluationEnd, {
        evaluator: name,
        step,
        epoch,
        seconds: seconds(),
        metrics,
        settings,
        ...(cost ? { cost } : {}),
      });
    } catch (error) {
      if (signal.aborted) throw error;
      if (isMochiError(error) && error.code === 'MOCHI_BANK_EMPTY') {
        parts.bus.emit(warning, { source: name, message: `left out at step ${step}: ${error.happened}` });
        continue;
      }
      const failure = { evaluator: name, step, epoch, ...describe(error) };
      failures.push(failure);
      parts.bus.emit(evaluationFailed, { ...failure, seconds: seconds() });
    }
    if ((await fingerprint(parts, state)) !== before) throw encoderChanged(name);
  }
  return { results, failures };
}

/**
 * An evaluator takes as long as it takes, and warnings say so; once the run is stopped, it has `pluginSeconds` to heed its signal.
 *
 * @throws MOCHI_PLUGIN_TIMEOUT
 */
async function inTime<T>({ bus, limits }: EvaluationParts, name: string, running: Promise<T>, signal: AbortSignal): Promise<T> {
  let heed = (): void => {};
  const stopped = new Promise<void>((resolve) => (heed = resolve));
  if (signal.aborted) heed();
  else signal.addEventListener('abort', heed);
  const late = stopped.then(() =>
    withinLimit(running, limits.pluginSeconds, `"${name}"`, 'its evaluator, once the run was stopped'),
  );
  try {
    return await toldWhenSlow(Promise.race([running, late]), limits.slowSeconds, (seconds) =>
      bus.emit(warning, { source: name, message: `the evaluator "${name}" has been running for ${seconds} s` }),
    );
  } finally {
    signal.removeEventListener('abort', heed);
  }
}

function describe(error: unknown): Pick<EvaluationFailure, 'code' | 'message' | 'frames'> {
  const { frames } = causeOf(error);
  const where = frames.length > 0 ? { frames } : {};
  if (isMochiError(error))
    return { code: error.code, message: `${error.happened} Expected: ${error.expected}. ${error.fix}`, ...where };
  return { code: null, message: error instanceof Error ? error.message : String(error), ...where };
}

/** Features of whole splits under the plain transform are kept, those of views and changes are not: they would fill the memory. */
function sharedFeatures(parts: EvaluationParts, state: RunState, signal: AbortSignal): EvalContext['features'] {
  const cache = new Map<string, Promise<Features>>();
  return (split, { layer = 'backbone', encoder = 'query', ...images } = {}) => {
    const read = () => parts.reader.read(split, weightsOf(parts, state, encoder), layer, signal, images);
    if (Object.values(images).some((asked) => asked !== undefined)) return read();
    const key = `${split} ${layer} ${encoder}`;
    const found = cache.get(key) ?? read();
    cache.set(key, found);
    return found;
  };
}

/** Evaluators that are due when an epoch ends; `epoch` counts whole epochs done. */
export const dueAfter = (evaluators: readonly Evaluator[], epoch: number): Evaluator[] =>
  evaluators.filter(({ everyEpochs }) => everyEpochs !== null && epoch % everyEpochs === 0);
