import { inSteps, type Duration, type RunHost } from '@mochi/core';
import type { Occasion, RunWatch, WatchedStep } from './watch-run.js';

/** A part of the time of a step. */
export interface TimePart {
  readonly name: string;
  /** Milliseconds for each step; of what happens now and then, spread over the steps between. */
  readonly ms: number;
  /** Of all parts, 0 to 1. */
  readonly share: number;
  /** Of what happens now and then: milliseconds each time, and the steps from one to the next; null: only at the end of the run, which is not spread. */
  readonly eachMs?: number;
  readonly everySteps?: number | null;
}

export interface StepTimes {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly imagesPerSecond: number;
}

/** From the end of one step to the end of the next, without the evaluations and checkpoints between. */
export function stepTimes(steps: readonly WatchedStep[], before: WatchedStep): StepTimes {
  const all = wallMs(steps, before);
  const sorted = [...all].sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  const meanMs = mean(all);
  const images = mean(steps.map((step) => step.images));
  return {
    meanMs,
    p50Ms: quantile(0.5),
    p90Ms: quantile(0.9),
    p99Ms: quantile(0.99),
    imagesPerSecond: (1000 * images) / meanMs,
  };
}

const wallMs = (steps: readonly WatchedStep[], before: WatchedStep): number[] =>
  steps.map(({ endMs, pausedMs }, at) => endMs - (steps[at - 1] ?? before).endMs - pausedMs);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How often something happens that does not at every step. */
export type Cadence = (occasion: Occasion) => number | null;

/** Parts of a step's time, which add up to it: what the loop does at every step, what it does now and then, and the rest. */
export function timeParts(steps: readonly WatchedStep[], before: WatchedStep, watch: RunWatch, cadence: Cadence): TimePart[] {
  const of = (pick: (step: WatchedStep) => number): number => mean(steps.map(pick));
  const each = {
    'waiting for data': of(({ waitMs }) => waitMs),
    step: of(({ runMs }) => runMs),
    'tracing the step': of(({ traceMs }) => traceMs),
    'reading metrics': of(({ readMs }) => readMs),
    hooks: of(({ hooksMs }) => hooksMs),
  };
  const known = Object.values(each).reduce((sum, ms) => sum + ms, 0);
  const rest = Math.max(0, mean(wallMs(steps, before)) - known);
  const parts = [
    ...Object.entries({ ...each, 'other on the host': rest }).map(([name, ms]) => ({ name, ms })),
    ...occasional(watch.occasions, cadence),
  ];
  const total = parts.reduce((sum, { ms }) => sum + ms, 0);
  return parts.map((part) => ({ ...part, share: part.ms / total }));
}

function occasional(occasions: readonly Occasion[], cadence: Cadence): Omit<TimePart, 'share'>[] {
  const latest = new Map(occasions.map((one) => [one.kind === 'evaluation' ? `evaluation ${one.name}` : one.kind, one]));
  return [...latest]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, occasion]) => {
      const everySteps = cadence(occasion);
      return { name, ms: everySteps === null ? 0 : occasion.ms / everySteps, eachMs: occasion.ms, everySteps };
    });
}

/** What the config says, of a run of the length that it says. */
export function cadenceOf(host: RunHost, stepsPerEpoch: number): Cadence {
  const { checkpoint } = host.config['train'] as unknown as { checkpoint: { every: Duration } };
  const evaluators = host.all('evaluator');
  return ({ kind, name }) => {
    if (kind === 'checkpoint') return Math.max(1, inSteps(checkpoint.every, stepsPerEpoch));
    const every = evaluators.find((evaluator) => evaluator.name === name)?.everyEpochs ?? null;
    return every === null ? null : every * stepsPerEpoch;
  };
}
