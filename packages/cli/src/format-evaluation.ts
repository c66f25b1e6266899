import type { EvaluationFailure, MetricResult } from '@mochi/contract';

/** `knn/top1  81.25 % [78.10, 84.21]  (higher is better)`: two decimals where the unit is a percentage, else five digits; a metric may have no direction. */
export function resultLine(name: string, { value, low, high, unit, better }: MetricResult): string {
  const text = (number: number): string => (unit === '%' ? number.toFixed(2) : String(Number(number.toPrecision(5))));
  const interval = low === undefined || high === undefined ? '' : ` [${text(low)}, ${text(high)}]`;
  return `${name}  ${text(value)} ${unit}${interval}${better === null ? '' : `  (${better} is better)`}`;
}

/** What an evaluator threw, and where in its own code. */
export const failureLine = ({ evaluator, step, code, message, frames = [] }: EvaluationFailure): string =>
  [
    `${evaluator} failed at step ${step}: ${message}${code === null ? '' : ` (${code})`}`,
    ...frames.map((frame) => `  at ${frame}`),
  ].join('\n');
