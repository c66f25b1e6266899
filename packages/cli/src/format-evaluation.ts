import type { EvaluationFailure, MetricResult } from '@mochi/contract';
import type { TrainResult } from '@mochi/mochi';

/** `knn/top1  81.25 % [78.10, 84.21]  (higher is better)`: two decimals where the unit is a percentage, else five digits; a metric may have no direction. */
export function resultLine(name: string, { value, low, high, unit, better }: MetricResult): string {
  const text = (number: number): string => (unit === '%' ? number.toFixed(2) : String(Number(number.toPrecision(5))));
  const interval = low === undefined || high === undefined ? '' : ` [${text(low)}, ${text(high)}]`;
  return `${name}  ${text(value)} ${unit}${interval}${better === null ? '' : `  (${better} is better)`}`;
}

/** The last failure of each evaluator, and how often it failed. */
export function failureLines(failures: readonly EvaluationFailure[]): string[] {
  const last = new Map(failures.map((failure) => [failure.evaluator, failure]));
  const times = (name: string): number => failures.filter(({ evaluator }) => evaluator === name).length;
  return [...last].map(([name, failure]) => `${failureLine(failure)}${times(name) > 1 ? `\n  ${times(name)} times in all` : ''}`);
}

/** `finished at step 600`, and which evaluators failed on the way. */
export function endLine({ outcome, step, failures }: Pick<TrainResult, 'outcome' | 'step' | 'failures'>, runDir: string): string {
  const failed = [...new Set(failures.map(({ evaluator }) => evaluator))];
  return `${outcome} at step ${step}${failed.length > 0 ? `, but ${failed.join(', ')} failed` : ''}: ${runDir}`;
}

/** What an evaluator threw, and where in its own code. */
export const failureLine = ({ evaluator, step, code, message, frames = [] }: EvaluationFailure): string =>
  [
    `${evaluator} failed at step ${step}: ${message}${code === null ? '' : ` (${code})`}`,
    ...frames.map((frame) => `  at ${frame}`),
  ].join('\n');
