import type { MetricResult } from '@mochi/contract';
import type { TrainConfig } from '../config.js';
import type { Position } from '../checkpoint/layout.js';

type Stopping = NonNullable<Position['stopping']>;

/** Whether a value is better than the best so far by more than `minDelta`, in the direction that its evaluator declares. NaN never is. */
export function isBetter({ value, better }: Pick<MetricResult, 'value' | 'better'>, best: number | null, minDelta = 0): boolean {
  if (best === null) return !Number.isNaN(value);
  return better === 'higher' ? value > best + minDelta : value < best - minDelta;
}

/** The state of early stopping after one more measurement. */
export const afterMeasurement = (before: Stopping | undefined, measured: MetricResult, minDelta: number): Stopping =>
  isBetter(measured, before?.value ?? null, minDelta)
    ? { value: measured.value, since: 0 }
    : { value: before?.value ?? measured.value, since: (before?.since ?? 0) + 1 };

/** Why the run should end, or null. */
export function stopReason(options: TrainConfig['earlyStopping'], stopping: Stopping | undefined): string | null {
  if (!options || !stopping || stopping.since < options.patience) return null;
  return `early stopping: ${options.metric} was no better than ${Number(stopping.value.toPrecision(5))} in ${stopping.since} measurements`;
}
