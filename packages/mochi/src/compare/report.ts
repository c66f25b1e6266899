import type { Cost, JobRecord } from './record.js';
import { finalValue, type Curves } from './curves.js';
import type { Job } from './jobs.js';

/** One run, as the report has it. */
export interface RunReport {
  readonly variant: string;
  readonly seed: number | null;
  readonly id: string;
  readonly runDir: string;
  /** `pending`: stopped, or not begun. */
  readonly outcome: 'finished' | 'failed' | 'pending';
  readonly failure: { readonly code: string | null; readonly message: string } | null;
  /** Values by metric, null where it was not measured. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly cost: Cost | null;
  readonly initialSha256: string | null;
}

/** Mean over the seeds of a variant that finished, with their standard deviation where there are two or more. */
export interface Estimate {
  readonly mean: number;
  readonly deviation: number | null;
}

/** A row of the table. */
export interface VariantReport {
  readonly variant: string;
  readonly finished: number;
  readonly runs: number;
  readonly failures: readonly string[];
  readonly metrics: Readonly<Record<string, Estimate | null>>;
  readonly stepMs: number | null;
  readonly cpuMs: number | null;
  /** Processor time of a step, over that of the first variant. */
  readonly costRatio: number | null;
}

export interface CompareReport {
  readonly name: string;
  readonly outcome: 'finished' | 'failed' | 'stopped';
  readonly metrics: readonly string[];
  readonly variants: readonly VariantReport[];
  readonly runs: readonly RunReport[];
  /** By seed: whether all of its runs began with the same weights and banks; null where that is not known of two. */
  readonly sameStart: Readonly<Record<string, boolean | null>>;
}

export const runReport = (job: Job, record: JobRecord | undefined, curves: Curves, metrics: readonly string[]): RunReport => ({
  ...{ variant: job.variant, seed: job.seed, id: job.id, runDir: job.runDir },
  outcome: record?.outcome ?? 'pending',
  failure: record?.outcome === 'failed' ? record.failure : null,
  metrics: Object.fromEntries(metrics.map((name) => [name, finalValue(curves, name)])),
  cost: record?.outcome === 'finished' ? record.cost : null,
  initialSha256: record?.outcome === 'finished' ? record.initialSha256 : null,
});

/** Puts the runs of each variant together. */
export function compareReport(name: string, metrics: readonly string[], runs: readonly RunReport[]): CompareReport {
  const names = [...new Set(runs.map(({ variant }) => variant))];
  const rows = names.map((variant) => variantReport(variant, runs.filter((run) => run.variant === variant), metrics)); // prettier-ignore
  const first = rows[0]?.cpuMs ?? null;
  const variants = rows.map((row) => ({ ...row, costRatio: row.cpuMs === null || first === null ? null : row.cpuMs / first }));
  const has = (outcome: RunReport['outcome']): boolean => runs.some((run) => run.outcome === outcome);
  const outcome = has('pending') ? 'stopped' : has('failed') ? 'failed' : 'finished';
  return { name, outcome, metrics, variants, runs, sameStart: sameStart(runs) };
}

function variantReport(
  variant: string,
  runs: readonly RunReport[],
  metrics: readonly string[],
): Omit<VariantReport, 'costRatio'> {
  const finished = runs.filter(({ outcome }) => outcome === 'finished');
  const known = (of: (run: RunReport) => number | null | undefined): number[] =>
    finished.map(of).filter((value): value is number => typeof value === 'number');
  const mean = (of: (run: RunReport) => number | null | undefined): number | null => estimate(known(of))?.mean ?? null;
  return {
    ...{ variant, finished: finished.length, runs: runs.length },
    failures: runs.flatMap(({ failure, seed }) => (failure ? [`seed ${seed}: ${failure.code ?? 'failed'}: ${failure.message}`] : [])),
    metrics: Object.fromEntries(metrics.map((name) => [name, estimate(known((run) => run.metrics[name]))])),
    stepMs: mean(({ cost }) => cost?.stepMs),
    cpuMs: mean(({ cost }) => cost?.cpuMs),
  }; // prettier-ignore
}

function estimate(values: readonly number[]): Estimate | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

function sameStart(runs: readonly RunReport[]): Record<string, boolean | null> {
  const seeds = [...new Set(runs.map(({ seed }) => String(seed)))];
  const starts = (seed: string) =>
    runs.filter((run) => String(run.seed) === seed).flatMap(({ initialSha256 }) => (initialSha256 ? [initialSha256] : []));
  return Object.fromEntries(
    seeds.map((seed) => [seed, starts(seed).length < 2 ? null : new Set(starts(seed)).size === 1] as const),
  );
}
