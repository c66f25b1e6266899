import { appendFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { evaluationEnd, evaluationFailed, warning, type RunEvent } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { toJsonLine } from '@mochi/trackers';
import { evaluate as runEvaluators, type Evaluation } from '@mochi/trainer';
import { requireOptions, requirePath } from './check-arguments.js';
import { noEvaluators } from './errors.js';
import { OPEN_OPTIONS, type OpenOptions } from './open-run.js';
import { openTrained } from './open-trained.js';
import { abortSignal, entries, type OptionKind } from './option-kinds.js';
import { warnOfTrainedOn } from './trained-on.js';

export interface EvaluateOptions extends OpenOptions {
  /** Names of evaluators, or entries as in a config; default: those of the run's config. */
  readonly evaluators?: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly signal?: AbortSignal;
}

const OPTIONS: Readonly<Record<keyof EvaluateOptions, OptionKind>> = {
  evaluators: entries,
  signal: abortSignal,
  ...OPEN_OPTIONS,
};

/** Sections that say how to train, which nobody needs to write who measures weights: none but evaluators of the negatives sees what they are. */
const UNTRAINED = { method: 'simclr', sampler: 'uniform', optimizer: 'sgd' };

/** File of a run folder where `evaluate` notes what it measured: events as in events.jsonl, each with the `checkpoint` that was read. */
export const EVALUATIONS_FILE = 'evaluations.jsonl';

/**
 * Measures a trained run with the evaluators of its config, or with others, and notes the results in the run's evaluations.jsonl.
 *
 * @param path Run folder, checkpoint folder, or a config file: what it begins with, e.g. imported weights; `data`, `augment` and `encoder` are
 *   enough. Then nothing is noted.
 * @throws MOCHI_ARGUMENT, also where there is no evaluator; what `openTrained` throws; the signal's reason
 * @returns Values by `evaluator/metric`, and the evaluators that threw.
 */
export async function evaluate(path: string, options: EvaluateOptions = {}): Promise<Evaluation> {
  requirePath('evaluate', path);
  requireOptions('evaluate', options, OPTIONS);
  const { evaluators, signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const change = (config: Record<string, unknown>) =>
    evaluators ? { ...config, evaluators: evaluators.flatMap((entry) => ownEntries(config, entry)) } : config;
  const run = await openTrained(path, { ...options, change, defaults: { ...UNTRAINED, ...options.defaults } });
  try {
    const { parts, state, position, checkpoint } = run;
    if (parts.evaluators.length === 0) throw noEvaluators(path);
    await warnOfTrainedOn(run);
    const progress = {
      ...position,
      epochs: position.step / parts.stepsPerEpoch,
      stepsPerEpoch: parts.stepsPerEpoch,
      totalSteps: parts.totalSteps,
      filled: 0,
    };
    const lines: string[] = [];
    const note = (event: RunEvent) => lines.push(toJsonLine({ ...event, checkpoint: basename(checkpoint ?? '') } as RunEvent));
    for (const type of [evaluationEnd, evaluationFailed]) run.host.bus.events<object>(type, 'evaluate').subscribe(note);
    const evaluation = await runEvaluators(parts.evaluation, parts.evaluators, state, progress, signal);
    if (checkpoint !== null) await keep(join(checkpoint, '..', '..', EVALUATIONS_FILE), lines, run.host);
    return evaluation;
  } finally {
    await run.dispose();
  }
}

/** A run folder may be read-only: the results are the caller's all the same. */
async function keep(file: string, lines: readonly string[], host: RunHost): Promise<void> {
  await appendFile(file, lines.join('')).catch((error: unknown) => {
    const message = `the results are not kept in ${file}: ${error instanceof Error ? error.message : String(error)}`;
    host.bus.emit(warning, { source: 'evaluate', message });
  });
}

/** An evaluator that is given by name alone, its own (`as`) or its plugin's, is measured as the run itself does, where it does. */
function ownEntries(config: Record<string, unknown>, entry: string | Readonly<Record<string, unknown>>): unknown[] {
  if (typeof entry !== 'string') return [entry];
  const all = (config['evaluators'] as { name: string; as?: string }[] | undefined) ?? [];
  const called = all.filter(({ name, as }) => (as ?? name) === entry);
  const own = called.length > 0 ? called : all.filter(({ name }) => name === entry);
  return own.length > 0 ? own : [entry];
}
