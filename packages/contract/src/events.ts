import type { EvaluationFailure, MetricResult } from './domain/evaluator.js';

/** Something to watch on the bus. It never carries what may alter or stop a run. `type` is the wire name, in events.jsonl too. */
export interface EventType<Payload> {
  readonly type: string;
  /** Never set: carries the payload for the compiler. */
  readonly payload?: Payload;
}

/** Wire names of the events below, for editors to complete; plugins add their own. */
export type KnownEventType =
  | 'run-start'
  | 'bank-filled'
  | 'epoch-start'
  | 'step-end'
  | 'epoch-end'
  | 'evaluation-start'
  | 'evaluation-end'
  | 'evaluation-failed'
  | 'checkpoint-saved'
  | 'sample-skipped'
  | 'warning'
  | 'run-end';

/** An event as subscribers see it: the payload with its type and the time of emission. */
export type EventOf<Payload> = Payload & {
  readonly type: KnownEventType | (string & Record<never, never>);
  /** Milliseconds since 1970. */
  readonly time: number;
};

export const defineEvent = <Payload extends object>(type: string): EventType<Payload> => ({ type });

/** A run begins, its folder exists. `resumedFrom` is the step that it continues from, or null. */
export const runStart = defineEvent<{
  runDir: string | null;
  name: string;
  totalSteps: number;
  totalEpochs: number;
  stepsPerEpoch: number;
  parameters: number;
  resumedFrom: number | null;
}>('run-start');
/**
 * A bank has its rows before the first step: keys of training images (`fill: keys`), or those of a checkpoint (`warmStart`). Seconds are those of
 * all banks that were filled together.
 */
export const bankFilled = defineEvent<{ bank: string; from: 'keys' | 'checkpoint'; rows: number; seconds: number }>(
  'bank-filled',
);
/** Begins with epoch 0. */
export const epochStart = defineEvent<{ epoch: number; step: number }>('epoch-start');
/**
 * A step is over. Metrics are there on the logging cadence (`train.logEvery`) and where a hook has read them: what nobody reads synchronises nothing.
 * `waitMs` is the time that the step waited for data; `times` tells the rest: tracing the step (0 where it was known), running it, hooks before
 * and after it, reading metrics.
 */
export const stepEnd = defineEvent<{
  step: number;
  epoch: number;
  rate: number;
  stepMs: number;
  waitMs: number;
  images: number;
  times?: { traceMs: number; runMs: number; hooksMs: number; readMs: number };
  lossNats?: number;
  metrics?: Record<string, number>;
}>('step-end');
export const epochEnd = defineEvent<{
  epoch: number;
  step: number;
  lossNats: number;
  seconds: number;
  imagesPerSecond: number;
  skipped: number;
  /** Share of the epoch's time in which steps waited for data, 0 to 1. */
  waitShare: number;
}>('epoch-end');
/** One evaluator begins, which may take a while. `evaluation-end` or `evaluation-failed` follows, unless the run is stopped meanwhile. */
export const evaluationStart = defineEvent<{ evaluator: string; step: number; epoch: number }>('evaluation-start');
/** One evaluator has measured. Values carry unit and direction, and a 95 % interval where they are averages over samples. */
export const evaluationEnd = defineEvent<{
  evaluator: string;
  step: number;
  epoch: number;
  seconds: number;
  metrics: Record<string, MetricResult>;
  settings: Record<string, unknown>;
  /** What the evaluator says of its cost. */
  cost?: string;
}>('evaluation-end');
/** An evaluator threw. The run goes on. */
export const evaluationFailed = defineEvent<EvaluationFailure & { seconds: number }>('evaluation-failed');
export const checkpointSaved = defineEvent<{
  path: string;
  step: number;
  epoch: number;
  bytes: number;
  reason: 'cadence' | 'best' | 'stop' | 'end';
  /** What it took, hooks included. */
  seconds?: number;
}>('checkpoint-saved');
/** A sample could not be read or decoded, and was left out. */
export const sampleSkipped = defineEvent<{ sample: string; reason: string }>('sample-skipped');
/** Something that a user should know and that stops nothing, e.g. a subscriber that threw and was detached. */
export const warning = defineEvent<{ source: string; message: string }>('warning');
export const runEnd = defineEvent<{
  step: number;
  epoch: number;
  seconds: number;
  outcome: 'finished' | 'stopped' | 'failed';
  reason: string | null;
}>('run-end');

/** Every event, for docs, trackers and the test of docs/lifecycle.md. */
export const EVENTS = [
  runStart,
  bankFilled,
  epochStart,
  stepEnd,
  epochEnd,
  evaluationStart,
  evaluationEnd,
  evaluationFailed,
  checkpointSaved,
  sampleSkipped,
  warning,
  runEnd,
] as const;

/** Any event: those of this package, and those that plugins define. `isEvent` tells which. */
export type RunEvent = EventOf<object>;

/** Whether an event is of a type, and then its payload is typed: `if (isEvent(stepEnd, event)) event.lossNats`. */
export const isEvent = <Payload extends object>(type: EventType<Payload>, event: RunEvent): event is EventOf<Payload> =>
  event.type === type.type;
