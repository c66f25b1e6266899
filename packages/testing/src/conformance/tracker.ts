import {
  checkpointSaved,
  defineEvent,
  epochEnd,
  epochStart,
  evaluationEnd,
  evaluationStart,
  runEnd,
  runStart,
  stepEnd,
  warning,
  type Plugin,
  type RunEvent,
  type Tracker,
} from '@mochi/contract';
import { EventBus } from '@mochi/core';
import { tap, type Observable } from 'rxjs';
import { require } from './compare.js';
import { inFolder } from './in-folder.js';
import { muted } from './muted.js';
import { refusesUnknown, settles, withService, type Check } from './suite.js';

export interface TrackerLimits {
  /** Longest time that `start` or `close` may take, seconds. Default 10. */
  readonly seconds?: number;
}

/** What every tracker must keep. @param options As in a config; no server needs to answer. */
export function trackerChecks(plugin: Plugin, options: object = {}, { seconds = 10 }: TrackerLimits = {}): Check[] {
  const check = (name: string, run: (tracked: Tracked) => Promise<void>): Check => ({
    name,
    run: () => muted(() => inFolder((folder) => tracking(plugin, options, folder, seconds, run))),
  });
  return [
    check('a whole run is recorded; once closed, it listens no more', recordsRun),
    check('close ends within its time limit, also twice, and without a start', closes),
    check('a run without a folder is no accident', (tracked) => recordsQuietly(tracked, null)),
    check('events of other plugins, and numbers that are none, are no accident', takesOddEvents),
    check('it watches: an event is left as it is', watches),
    check('a run that fails half way is closed like any other', failsHalfWay),
    check('nothing of it runs on once it is closed', leavesNothingRunning),
    refusesUnknown(plugin, 'tracker', options),
  ];
}

/** A tracker on a bus of its own. */
interface Tracked {
  readonly tracker: Tracker;
  readonly bus: EventBus;
  readonly folder: string;
  /** Failures of subscribers that the bus told of. */
  readonly failures: string[];
  /** Subscriptions that are open. */
  open(): number;
  begin(runDir?: string | null): Promise<void>;
  close(): Promise<void>;
}

async function tracking(
  plugin: Plugin,
  options: object,
  folder: string,
  seconds: number,
  run: (tracked: Tracked) => Promise<void>,
): Promise<void> {
  await withService(plugin, 'tracker', options, async (tracker) => {
    const bus = new EventBus();
    const failures: string[] = [];
    bus.events(warning).subscribe(({ message }) => failures.push(message));
    const { events, open } = counted(bus);
    const close = () => settles(tracker.close(), seconds, 'close()');
    await run({
      ...{ tracker, bus, folder, failures, open, close },
      async begin(runDir = folder) {
        await settles(Promise.resolve(tracker.start({ name: 'conformance', runDir, config: { seed: 1 } })), seconds, 'start()');
        tracker.record(events);
      },
    });
    await close();
  });
}

/** Through an operator, so that the bus still guards the subscribers. */
function counted(bus: EventBus): { events: Observable<RunEvent>; open: () => number } {
  let count = 0;
  const events = bus.all('tracker').pipe(tap({ subscribe: () => count++, finalize: () => count-- }));
  return { events, open: () => count };
}

const knn = { top1: { value: 61.2, unit: '%', better: 'higher' as const } };

function emitRun(bus: EventBus, folder: string | null, upTo: 'end' | 'failure' = 'end'): void {
  const totals = { totalSteps: 4, totalEpochs: 2, stepsPerEpoch: 2, parameters: 1234 };
  bus.emit(runStart, { runDir: folder, name: 'conformance', ...totals, resumedFrom: null });
  for (let step = 1; step <= 4; step++) {
    const epoch = Math.floor((step - 1) / 2);
    if (step % 2 === 1) bus.emit(epochStart, { epoch, step: step - 1 });
    const logged = step % 2 === 0 ? { lossNats: 8 - step, metrics: { accuracy: 0.5 } } : {};
    bus.emit(stepEnd, { step, epoch, rate: 0.03, stepMs: 20, waitMs: 5, images: 64, ...logged });
    if (upTo === 'failure' && step === 3) return;
    if (step % 2 === 0)
      bus.emit(epochEnd, { epoch, step, lossNats: 7, seconds: 1, imagesPerSecond: 128, skipped: 0, waitShare: 0.1 });
  }
  bus.emit(evaluationStart, { evaluator: 'knn', step: 4, epoch: 2 });
  bus.emit(evaluationEnd, { evaluator: 'knn', step: 4, epoch: 2, seconds: 1, metrics: knn, settings: { k: 200 } });
  bus.emit(checkpointSaved, { path: `${folder}/step-4`, step: 4, epoch: 2, bytes: 4096, reason: 'end' });
  bus.emit(runEnd, { step: 4, epoch: 2, seconds: 2, outcome: 'finished', reason: null });
}

const requireNoFailure = ({ failures }: Tracked): void =>
  require(failures.length === 0, `a subscriber of it threw: ${failures.join('; ')}`);

async function recordsRun(tracked: Tracked): Promise<void> {
  const { bus, folder, begin, close, open } = tracked;
  await begin();
  require(open() > 0, 'record() subscribes to nothing');
  emitRun(bus, folder);
  await close();
  requireNoFailure(tracked);
  require(open() === 0, `${open()} of its subscriptions are open after close()`);
}

async function closes({ begin, close }: Tracked): Promise<void> {
  await close(); // where another tracker failed to start, this one is closed without having started
  await begin();
  await close();
  await close();
}

async function recordsQuietly(tracked: Tracked, runDir: string | null): Promise<void> {
  await tracked.begin(runDir);
  emitRun(tracked.bus, runDir);
  await tracked.close();
  requireNoFailure(tracked);
}

async function takesOddEvents(tracked: Tracked): Promise<void> {
  const { bus, begin, close } = tracked;
  await begin();
  const circle: Record<string, unknown> = { big: 2n ** 60n, nothing: undefined, row: new Float32Array([1, NaN]) };
  bus.emit(defineEvent<object>('acme-event'), { ...circle, circle });
  bus.emit(stepEnd, { step: 1, epoch: 0, rate: NaN, stepMs: 1, waitMs: 0, images: 1, lossNats: NaN, metrics: { a: Infinity } });
  await close();
  requireNoFailure(tracked);
}

/** What the bus hands out is frozen at the top; below that, only a comparison tells. */
async function watches(tracked: Tracked): Promise<void> {
  const metrics = { accuracy: 0.5 };
  await tracked.begin();
  tracked.bus.emit(stepEnd, { step: 2, epoch: 0, rate: 1, stepMs: 1, waitMs: 0, images: 1, lossNats: 1, metrics });
  await tracked.close();
  requireNoFailure(tracked);
  require(JSON.stringify(metrics) === '{"accuracy":0.5}', `it changed an event that others see: ${JSON.stringify(metrics)}`);
}

async function failsHalfWay(tracked: Tracked): Promise<void> {
  const { bus, folder, begin, close } = tracked;
  await begin();
  emitRun(bus, folder, 'failure');
  bus.emit(runEnd, { step: 3, epoch: 1, seconds: 1, outcome: 'failed', reason: 'MOCHI_NOT_FINITE' });
  await close();
  requireNoFailure(tracked);
}

/** Timers that keep the process alive. */
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

async function leavesNothingRunning({ bus, folder, begin, close }: Tracked): Promise<void> {
  const before = timers();
  await begin();
  emitRun(bus, folder);
  await close();
  const left = timers() - before;
  require(left <= 0, `${left} timers of it run on after close(), so the process would not end`);
}
