import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromeTrace, startTensorFlow, summariseOps, type ChromeTrace, type OpTables } from '@mochi/tensorflow';
import { runTraining, type TrainConfig } from '@mochi/trainer';
import { badProfileOption } from './errors.js';
import { openRun, type ConfigInput, type OpenOptions } from './open-run.js';
import { notesOf } from './profile/notes.js';
import { ProfiledRun, type MeasuredSteps } from './profile/profiled-run.js';
import { cadenceOf, stepTimes, timeParts, type Cadence, type StepTimes, type TimePart } from './profile/report.js';
import type { RunWatch } from './profile/watch-run.js';

export interface ProfileOptions extends OpenOptions {
  /** Steps that are measured, at least 1. Default 20. */
  readonly steps?: number;
  /** Steps before them that are left out, at least 1: the first one is traced. Default 3. */
  readonly warmup?: number;
  /** Steps after them of which every op is recorded, which slows them. Default 3; 0: no table of ops. */
  readonly traced?: number;
  readonly signal?: AbortSignal;
}

/** What it takes before a run is at its pace. Milliseconds. */
export interface StartTimes {
  /** Reading and checking the config, loading plugins. */
  readonly configMs: number;
  /** Finding and loading TensorFlow; next to nothing where it runs already. */
  readonly libraryMs: number;
  /** Listing the data, initial weights, the run folder. */
  readonly partsMs: number;
  readonly firstBatchMs: number;
  readonly traceMs: number;
  /** The first step with its optimisation by TensorFlow. */
  readonly firstStepMs: number;
}

export interface ProfileResult {
  readonly measured: number;
  readonly traced: number;
  readonly start: StartTimes;
  readonly step: StepTimes;
  readonly parts: readonly TimePart[];
  readonly memory: {
    /** Most memory of the process that was resident, bytes. */
    readonly residentBytes: number;
    /** Most bytes of each allocator of TensorFlow; empty without traced steps. */
    readonly allocators: Readonly<Record<string, number>>;
  };
  /** Null without traced steps. `slowdown`: time of a traced step by that of one that is not. */
  readonly ops: (OpTables & { readonly slowdown: number }) | null;
  /** What one should know to read the figures. */
  readonly notes: readonly string[];
  /** For a trace viewer: host and threads of TensorFlow. */
  readonly trace: ChromeTrace;
}

/**
 * Trains for some steps and tells where the time goes. The parts of a step come from steps that nothing disturbs, the ops from a few steps
 * after them. Evaluators run once, at the end; a checkpoint is written to a temporary folder. Trackers are left out.
 *
 * @throws MOCHI_PROFILE_OPTIONS, MOCHI_PROFILE_TOO_SHORT, MOCHI_PROFILER_MISSING, and what `train` throws.
 */
export async function profile(config: ConfigInput, options: ProfileOptions = {}): Promise<ProfileResult> {
  const { steps = 20, warmup = 3, traced = 3 } = options;
  for (const [name, value, least] of [
    ['steps', steps, 1],
    ['warmup', warmup, 1],
    ['traced', traced, 0],
  ] as const)
    if (!(Number.isInteger(value) && value >= least)) throw badProfileOption(name, value, least);
  const opened = performance.now();
  const planned = await plannedTraining(config, options);
  const configMs = performance.now() - opened;
  const length = `train=${JSON.stringify({ ...planned, epochs: undefined, steps: warmup + steps + traced })}`;
  const host = await openRun(config, { ...options, overrides: [...(options.overrides ?? []), 'trackers=[]', length] });
  const folder = await mkdtemp(join(tmpdir(), 'mochi-profile-'));
  try {
    const loading = performance.now();
    await startTensorFlow(host.config.runtime);
    const loaded = performance.now();
    const run = new ProfiledRun({ steps, warmup, traced });
    host.bus.all().subscribe((event) => run.see(event));
    const ended = await runTraining(host, { runDir: join(folder, 'run'), signal: options.signal }).finally(() => run.end());
    const seen = run.measured(ended.reason);
    return {
      start: startTimes(run.watch, configMs, loading, loaded),
      ...resultOf(run, seen, cadenceOf(host, run.watch.stepsPerEpoch)),
      notes: notesOf(host, planned, run.watch.stepsPerEpoch, seen.steps),
    };
  } finally {
    await host.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The section `train` as the config has it, every default filled in. */
async function plannedTraining(config: ConfigInput, options: OpenOptions): Promise<TrainConfig> {
  const host = await openRun(config, { ...options, onEvent: undefined, log: undefined });
  const train = host.config['train'] as unknown as TrainConfig;
  await host.dispose();
  return train;
}

function startTimes({ startedMs, steps }: RunWatch, configMs: number, loading: number, loaded: number): StartTimes {
  const { waitMs, traceMs, runMs } = steps[0]!;
  return {
    ...{ configMs, libraryMs: loaded - loading, partsMs: startedMs - loaded },
    ...{ firstBatchMs: waitMs, traceMs, firstStepMs: runMs },
  };
}

function resultOf({ watch, trace }: ProfiledRun, { before, steps, traced }: MeasuredSteps, cadence: Cadence) {
  const step = stepTimes(steps, before);
  const ops = trace && {
    slowdown: stepTimes(traced, steps.at(-1)!).meanMs / step.meanMs,
    ...summariseOps(trace.ops, traced.length),
  };
  return {
    ...{ measured: steps.length, traced: traced.length, step, ops },
    parts: timeParts(steps, before, watch, cadence),
    memory: { residentBytes: process.resourceUsage().maxRSS * 1024, allocators: trace?.peakBytes ?? {} },
    trace: chromeTrace(watch.spans, trace),
  };
}
