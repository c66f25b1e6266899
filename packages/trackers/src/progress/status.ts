import {
  isEvent,
  epochEnd,
  epochStart,
  evaluationEnd,
  evaluationFailed,
  evaluationStart,
  runStart,
  sampleSkipped,
  stepEnd,
  type RunEvent,
} from '@mochi/contract';

/** One step of the window that speeds are taken over. */
interface Lap {
  readonly time: number; // ms since 1970, at its end
  readonly stepMs: number; // waiting included
  readonly waitMs: number;
  readonly images: number;
}

/** What is known of a run so far. */
export interface Status {
  readonly totalSteps: number;
  readonly totalEpochs: number;
  /** As planned: broken images may make an epoch shorter. */
  readonly stepsPerEpoch: number;
  /** Optimizer steps done. */
  readonly step: number;
  /** The epoch under way, counted from 1. */
  readonly epoch: number;
  readonly lossNats?: number;
  /** Learning rate of the last step. */
  readonly rate?: number;
  /** Of the negatives, where they are measured: FN@N (a share) and how many count. */
  readonly negatives: { readonly falseNegativesAtN?: number; readonly effectiveNegatives?: number };
  /** Samples left out so far. */
  readonly skipped: number;
  /** The evaluator that is at work, if one is. */
  readonly evaluator?: string | undefined;
  readonly laps: readonly Lap[];
}

export const initialStatus: Status = {
  totalSteps: 0,
  totalEpochs: 0,
  stepsPerEpoch: 0,
  step: 0,
  epoch: 1,
  skipped: 0,
  negatives: {},
  laps: [],
};

/** Speeds are means over the last so many seconds, and over so many steps at most. */
const WINDOW_MS = 30_000;
const WINDOW_STEPS = 200;

/** The status after an event. Pure. */
export function nextStatus(status: Status, event: RunEvent): Status {
  if (isEvent(runStart, event)) {
    const { totalSteps, totalEpochs, stepsPerEpoch, resumedFrom } = event;
    const step = resumedFrom ?? 0;
    return {
      ...status,
      totalSteps,
      totalEpochs,
      stepsPerEpoch,
      step,
      epoch: Math.min(totalEpochs, Math.floor(step / Math.max(1, stepsPerEpoch)) + 1),
    };
  }
  if (isEvent(epochStart, event)) return { ...status, epoch: event.epoch + 1 };
  if (isEvent(sampleSkipped, event)) return { ...status, skipped: status.skipped + 1 };
  if (isEvent(epochEnd, event)) return Number.isNaN(event.lossNats) ? status : { ...status, lossNats: event.lossNats };
  // An evaluation stands still between two steps: laps from before it would make the next ones look slow.
  if (isEvent(evaluationEnd, event) || isEvent(evaluationFailed, event)) return { ...status, laps: [], evaluator: undefined };
  if (isEvent(evaluationStart, event)) return { ...status, evaluator: event.evaluator };
  if (!isEvent(stepEnd, event)) return status;
  const { time, stepMs, waitMs, images, step, rate, lossNats } = event;
  const laps = [...status.laps, { time, stepMs, waitMs, images }]
    .filter((lap) => lap.time > time - WINDOW_MS)
    .slice(-WINDOW_STEPS);
  const negatives = { ...status.negatives, ...negativesIn(event.metrics) };
  return {
    ...status,
    evaluator: undefined,
    step,
    epoch: event.epoch + 1,
    rate,
    laps,
    negatives,
    ...(lossNats === undefined ? {} : { lossNats }),
  };
}

/** Of the metrics of a step those that stay in sight; they are measured now and then. */
function negativesIn(metrics: Readonly<Record<string, number>> = {}): Status['negatives'] {
  const { falseNegativesAtN, effectiveNegatives } = metrics;
  return {
    ...(falseNegativesAtN === undefined ? {} : { falseNegativesAtN }),
    ...(effectiveNegatives === undefined ? {} : { effectiveNegatives }),
  };
}

export interface Speed {
  readonly imagesPerSecond: number;
  readonly stepsPerSecond: number;
  /** Share of the time that steps waited for data, 0 to 1. */
  readonly waitShare: number;
  readonly secondsLeft: number;
}

/** Speeds over the window, or null before the second step: the first one compiles, and says nothing of the rest. */
export function speedOf({ laps, step, totalSteps }: Status): Speed | null {
  if (laps.length < 2) return null;
  const [first, ...rest] = laps;
  // From the end of the first lap to the end of the last, so that time between steps (checkpoints, hooks) counts too.
  const steps = sum(rest.map(({ stepMs }) => stepMs));
  const elapsedMs = Math.max(rest.at(-1)!.time - first!.time, steps, 1e-3);
  const stepsPerSecond = (1000 * rest.length) / elapsedMs;
  return {
    stepsPerSecond,
    imagesPerSecond: (1000 * sum(rest.map(({ images }) => images))) / elapsedMs,
    waitShare: Math.min(1, sum(rest.map(({ waitMs }) => waitMs)) / elapsedMs),
    secondsLeft: Math.max(0, totalSteps - step) / stepsPerSecond,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
