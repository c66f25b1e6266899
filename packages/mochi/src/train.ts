import { warning, type RunEvent } from '@mochi/contract';
import { GuardedObservable, type EventBus } from '@mochi/core';
import { runTraining, type TrainOptions as RunOptions, type TrainResult } from '@mochi/trainer';
import { Subject, type Observable } from 'rxjs';
import { requireConfig, requireOptions } from './check-arguments.js';
import { abortSignal, resuming, runFolder, type OptionKind } from './option-kinds.js';
import { OPEN_OPTIONS, openRunOnEngine, type ConfigInput, type OpenOptions } from './open-run.js';

export interface TrainOptions extends OpenOptions, Partial<RunOptions> {}

const OPTIONS: Readonly<Record<keyof TrainOptions, OptionKind>> = {
  ...{ runDir: runFolder, resume: resuming, signal: abortSignal },
  ...OPEN_OPTIONS,
};

/** A training that is under way. */
export interface TrainingRun {
  /**
   * Every event from the first on, for who subscribes before the next turn of the event loop; it completes when the run is over. It never errors:
   * why a run failed is what `done` rejects with. A subscriber that throws is detached and named in a `warning` event.
   */
  readonly events$: Observable<RunEvent>;
  /** The end of the run. @throws MochiError with a code of docs/errors.md. */
  readonly done: Promise<TrainResult>;
  /** Lets the step in progress end, saves, and ends the run as `stopped`. */
  stop(): void;
}

/**
 * Starts what a config says and returns at once, for pipelines that watch, combine or stop runs.
 *
 * @param options.runDir Folder of the run; default null: nothing is written.
 */
export function startTraining(config: ConfigInput, options: TrainOptions = {}): TrainingRun {
  const events = new Subject<RunEvent>();
  const held: { bus?: EventBus } = {};
  const onBus = (bus: EventBus): void => {
    held.bus = bus;
    bus.all().subscribe((event) => events.next(event));
  };
  const report = (error: unknown): void => {
    const message = `A subscriber of the run's events failed and was detached: ${error instanceof Error ? error.message : String(error)}`;
    held.bus?.emit(warning, { source: 'events$', message });
  };
  const stopping = new AbortController();
  const done = runToEnd(config, options, { stopping: stopping.signal, onBus }).finally(() => events.complete());
  return { events$: new GuardedObservable<RunEvent>(events, report), done, stop: () => stopping.abort() };
}

/**
 * Trains what a config says, from the first check to the summary.
 *
 * @param options.runDir Folder of the run; default null: nothing is written.
 * @throws MochiError with a code of docs/errors.md.
 */
export const train = (config: ConfigInput, options: TrainOptions = {}): Promise<TrainResult> =>
  startTraining(config, options).done;

async function runToEnd(
  config: ConfigInput,
  options: TrainOptions,
  { stopping, onBus }: { readonly stopping: AbortSignal; readonly onBus: (bus: EventBus) => void },
): Promise<TrainResult> {
  requireConfig('train', config);
  requireOptions('train', options, OPTIONS);
  const signal = options.signal ? AbortSignal.any([options.signal, stopping]) : stopping;
  await Promise.resolve(); // whoever called may subscribe first
  const host = await openRunOnEngine(config, { ...options, onBus });
  try {
    const { runDir = null, resume } = options;
    return await runTraining(host, { runDir, resume, signal });
  } finally {
    await host.dispose();
  }
}
