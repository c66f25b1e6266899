import { runEnd, runStart, warning, type EvaluationFailure } from '@mochi/contract';
import { inEpochs, inSteps, type RunHost } from '@mochi/core';
import { disposeTree } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { resolve } from 'node:path';
import { listCheckpoints } from './checkpoint/layout.js';
import { restore, type Restored } from './checkpoint/restore.js';
import { encodeState, sha256 } from './checkpoint/write.js';
import { BatchFeed } from './input/index.js';
import { assemble, type RunParts } from './run/assemble.js';
import type { Results } from './run/evaluation.js';
import { beginningOf } from './run/beginning.js';
import { recordData } from './run/data-record.js';
import { recordConfig, requireSameBatch } from './run/config-record.js';
import { fillBanks } from './run/fill-banks.js';
import { finishedBefore } from './run/finished-before.js';
import { initialBanks, initialState } from './run/initial-state.js';
import { warmStartBanks } from './run/warm-start.js';
import { describeEnvironment, ENVIRONMENT_FILE, requireNoRun, SUMMARY_FILE, writeJson } from './run/run-folder.js';
import { lockRun } from './run/run-lock.js';
import { Saver } from './run/saver.js';
import { Trackers } from './run/trackers.js';
import { TrainingLoop, type LoopEnd } from './run/training-loop.js';
import type { RunState } from './step/parts.js';

export interface TrainOptions {
  /** Folder of the run: config, environment, events, checkpoints, summary. Null: nothing is written. */
  readonly runDir: string | null;
  /** True: go on from the newest checkpoint of runDir, or start where it has none. A path: from that checkpoint, or the newest of that run. Default: start anew. */
  readonly resume?: boolean | string;
  /** When aborted, the step in progress is finished and saved, and the run ends as `stopped`. */
  readonly signal?: AbortSignal;
}

export interface TrainResult extends LoopEnd {
  readonly runDir: string | null;
  readonly step: number;
  readonly epoch: number;
  /** Seconds of training over all resumptions. */
  readonly seconds: number;
  /** SHA-256 of the whole final state: equal runs have equal hashes. */
  readonly stateSha256: string;
  /** Latest results of every evaluator, by `evaluator/metric`. */
  readonly results: Results;
  /** Evaluators that threw; their metrics may be missing from the results, or be older than the rest. */
  readonly failures: readonly EvaluationFailure[];
}

/**
 * Trains the run that the host describes, to its end, to a hook's `should-stop` or to the signal. The caller started TensorFlow and disposes
 * the host.
 *
 * @throws MOCHI_NOT_FINITE, MOCHI_TOO_MANY_BROKEN, MOCHI_DATA_CHANGED, MOCHI_BATCH_CHANGED, MOCHI_RUN_FOLDER, MOCHI_RUN_BUSY, MOCHI_RUN_EXISTS,
 * MOCHI_CHECKPOINT_*; and what plugins throw, named.
 */
export async function runTraining(host: RunHost, options: TrainOptions): Promise<TrainResult> {
  const runDir = options.runDir === null ? null : resolve(options.runDir);
  const parts = await assemble(host);
  if (runDir === null) return trainIn(null, parts, host, options);
  const unlock = await lockRun(runDir);
  try {
    if (!options.resume) await requireNoRun(runDir);
    return await trainIn(runDir, parts, host, options);
  } finally {
    await unlock();
  }
}

async function trainIn(runDir: string | null, parts: RunParts, host: RunHost, options: TrainOptions): Promise<TrainResult> {
  const { state, position } = await startingPoint(parts, runDir, options.resume ?? false);
  const saver = new Saver(parts, saverOptions(parts, runDir));
  const { signal = new AbortController().signal } = options;
  const loop = new TrainingLoop(parts, state, position, saver, signal);
  let finishRecord = async (): Promise<void> => {};
  const trackers = new Trackers(host);
  try {
    const info = { name: host.config.name, runDir, config: host.config };
    const from = options.resume === true ? runDir : options.resume || null;
    if (from !== null && position.step > 0) await requireSameBatch(from, parts.batchSize);
    finishRecord = await recordData({ runDir, from }, parts.dataset, parts.source);
    const changed = await recordConfig(host.config, { runDir, from, step: position.step, trains: !loop.isDone() });
    if (runDir !== null) {
      const environment = await describeEnvironment(parts.step.precision ?? 'float32');
      const beginning = await beginningOf(host.config, position.step > 0 ? from : null);
      await writeJson(`${runDir}/${ENVIRONMENT_FILE}`, { ...environment, ...beginning });
    }
    await trackers.start(info);
    if (changed !== null) parts.bus.emit(warning, { source: 'resume', message: changed });
    const about = { name: host.config.name, runDir, resumedFrom: options.resume && position.step > 0 ? position.step : null };
    return await trainAndFinish(parts, loop, saver, about, signal);
  } finally {
    await trackers.close();
    await finishRecord();
    loop.dispose();
    parts.evaluation.reader.dispose();
  }
}

interface RunInfo {
  readonly name: string;
  readonly runDir: string | null;
  readonly resumedFrom: number | null;
}

async function trainAndFinish(
  parts: RunParts,
  loop: TrainingLoop,
  saver: Saver,
  info: RunInfo,
  signal: AbortSignal,
): Promise<TrainResult> {
  const { totalSteps, totalEpochs, stepsPerEpoch } = parts;
  for (const remark of parts.remarks) parts.bus.emit(warning, remark);
  const parameters = Object.values(loop.state.params).reduce((sum, { size }) => sum + size, 0);
  const { name, runDir, resumedFrom } = info;
  parts.bus.emit(runStart, { name, runDir, resumedFrom, totalSteps, totalEpochs, stepsPerEpoch, parameters });
  let feed: BatchFeed | undefined;
  try {
    const before = resumedFrom === null ? null : await finishedBefore(parts, runDir, resumedFrom);
    if (before) return tellEnd(parts, before);
    if (loop.position.step === 0) await startBanks(parts, loop.state, signal);
    feed = new BatchFeed({
      ...parts,
      views: parts.step.method.part.views,
      seed: parts.step.seed,
      from: loop.position,
      ...parts.train,
    });
    const end = await measureEnd(parts, loop, await loop.run(feed));
    await saver.save(loop, end.outcome === 'finished' ? 'end' : 'stop');
    const result = await summarise(loop, end, info.runDir);
    if (info.runDir !== null) await writeJson(`${info.runDir}/${SUMMARY_FILE}`, { name: info.name, parameters, ...result });
    return tellEnd(parts, result);
  } catch (error) {
    const { step, epoch } = loop.position;
    parts.bus.emit(runEnd, {
      step,
      epoch,
      seconds: loop.seconds,
      outcome: 'failed',
      reason: error instanceof Error ? error.message : String(error),
    });
    throw error;
  } finally {
    await feed?.dispose();
  }
}

/** Runs the evaluators on what the run ends with. Where the signal cuts them short the run is stopped, so that going on measures it. */
async function measureEnd({ evaluators }: RunParts, loop: TrainingLoop, end: LoopEnd): Promise<LoopEnd> {
  if (end.outcome !== 'finished') return end;
  await loop.evaluate(evaluators);
  if (loop.unmeasured(evaluators).length === 0) return end;
  return { outcome: 'stopped', reason: 'interrupted in the evaluation at the end' };
}

function tellEnd({ bus }: RunParts, result: TrainResult): TrainResult {
  const { outcome, reason, step, epoch, seconds } = result;
  bus.emit(runEnd, { outcome, reason, step, epoch, seconds });
  return result;
}

/** What the banks hold before the first step. A run that is resumed before its first step does it anew: it may have been cut short. */
async function startBanks(parts: RunParts, state: RunState, signal: AbortSignal): Promise<void> {
  const started = parts.step.banks.filter(({ bank }) => bank.warmStart ?? bank.fill === 'keys');
  for (const [name, fresh] of Object.entries(tf.tidy(() => initialBanks(parts.step, started) as never) as RunState['banks'])) {
    disposeTree(state.banks[name] as never);
    state.banks[name] = fresh;
  }
  await warmStartBanks(parts, state);
  await fillBanks(parts, state, signal);
}

async function summarise(loop: TrainingLoop, end: LoopEnd, runDir: string | null): Promise<TrainResult> {
  const { step, epoch } = loop.position;
  return {
    ...end,
    runDir,
    step,
    epoch,
    seconds: loop.seconds,
    stateSha256: sha256(await encodeState(loop.state)),
    results: loop.results,
    failures: loop.failures,
  };
}

/** A run that was killed before its first checkpoint is resumed from the start: whoever restarts it need not know how far it came. */
async function startingPoint(parts: RunParts, runDir: string | null, resume: boolean | string): Promise<Restored> {
  const from = resume === true ? (runDir ?? '.') : resume;
  if (from !== false && (typeof resume === 'string' || (await listCheckpoints(from)).length > 0)) return restore(parts, from);
  const position = { step: 0, epoch: 0, sample: 0, skipped: 0, seen: 0, seconds: 0, best: null };
  return { checkpoint: null, state: initialState(parts.step, parts.states), position };
}

function saverOptions({ train, stepsPerEpoch }: RunParts, runDir: string | null) {
  const { every, keep, best } = train.checkpoint;
  const whole = 'epochs' in every && Number.isInteger(every.epochs);
  return {
    runDir,
    keep,
    best,
    everyEpochs: whole ? inEpochs(every, stepsPerEpoch) : null,
    everySteps: whole ? null : Math.max(1, inSteps(every, stepsPerEpoch)),
  };
}
