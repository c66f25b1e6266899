import { suggest } from '@mochi/core';
import type { RunRecord } from '@mochi/report';
import { DEFAULT_METRICS } from './config.js';

/** The usual columns less those that no run has; all of them before any run has begun. */
export function measuredMetrics(told: readonly (Pick<RunRecord, 'curves'> | null)[]): readonly string[] {
  const measured = DEFAULT_METRICS.filter((name) => told.some((run) => run?.curves.has(name)));
  return measured.length > 0 ? measured : DEFAULT_METRICS;
}

/** One for each rank: too many to list. */
export const PROFILE = /matchingProbability\d+$/;

/** What to say of metrics that were asked for and that no run has, though runs have measured something: most are misspelt. */
export function unmeasured(
  metrics: readonly string[],
  told: readonly (Pick<RunRecord, 'curves' | 'failures' | 'outcome'> | null)[],
): string[] {
  const over = told.filter((run) => run?.outcome === 'finished'); // the others may come to measure it
  const measured = [...new Set(over.flatMap((run) => [...(run?.curves.keys() ?? [])]))].filter((name) => !PROFILE.test(name));
  const failed = told.flatMap((run) => run?.failures.map(({ evaluator }) => `${evaluator}/`) ?? []);
  if (measured.length === 0) return [];
  return metrics
    .filter((name) => !measured.includes(name) && !failed.some((evaluator) => name.startsWith(evaluator)))
    .map((name) => {
      const near = suggest(name, measured);
      return `No run measured the metric "${name}".${near === undefined ? '' : ` Did you mean ${near}?`} Measured: ${measured.sort().join(', ')}.`;
    });
}
