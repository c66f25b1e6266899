import { describeMetric, finalValue, type RunRecord } from '@mochi/report';
import type { Job } from './jobs.js';
import { estimate, pairedDifference, type Difference, type Estimate } from './paired.js';
import type { Cost, Failure, JobRecord } from './record.js';

/** One run, as the report has it. */
export interface RunReport {
  readonly variant: string;
  readonly seed: number | null;
  readonly id: string;
  readonly runDir: string;
  /** `pending`: stopped, or not begun. */
  readonly outcome: 'finished' | 'failed' | 'pending';
  readonly failure: Failure | null;
  /** Evaluators that threw, each with what it threw last. */
  readonly evaluatorFailures: readonly EvaluatorFailure[];
  /** Values by metric, null where it was not measured. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly cost: Cost | null;
  /** Steps that it took, and epochs where they are known; null until it is over. */
  readonly steps: number | null;
  readonly epochs: number | null;
  readonly initialSha256: string | null;
}

export interface EvaluatorFailure {
  readonly evaluator: string;
  readonly message: string;
}

/** Unit and direction of a metric, as evaluators declare them. */
export interface MetricReport {
  readonly unit: string;
  readonly better: 'higher' | 'lower' | null;
  /** The least difference that it can show: what one test image makes. Null where that is not known. */
  readonly resolution: number | null;
}

/** A row of the table. */
export interface VariantReport {
  readonly variant: string;
  readonly finished: number;
  readonly runs: number;
  /** Runs that failed, and evaluators that did, each with its seed and the reason. */
  readonly failures: readonly string[];
  /** Over the seeds that finished. */
  readonly metrics: Readonly<Record<string, Estimate | null>>;
  /** To the baseline, over the seeds that finished with both; null for the baseline itself and where nothing was measured. */
  readonly differences: Readonly<Record<string, Difference | null>>;
  readonly stepMs: number | null;
  readonly cpuMs: number | null;
  /** Processor time of a step, over that of the baseline. */
  readonly costRatio: number | null;
}

export interface CompareReport {
  readonly name: string;
  readonly outcome: 'finished' | 'failed' | 'stopped';
  readonly metrics: readonly string[];
  readonly about: Readonly<Record<string, MetricReport>>;
  /** The variant that the others are held against. */
  readonly baseline: string;
  readonly variants: readonly VariantReport[];
  readonly runs: readonly RunReport[];
  /** By seed: whether all of its runs began with the same weights and banks; null where that is not known of two. */
  readonly sameStart: Readonly<Record<string, boolean | null>>;
  /** What a reader should know, such as metrics that were asked for and that no run measured. */
  readonly warnings: readonly string[];
}

/** @param told What the run's folder says; null where there is none yet. */
export const runReport = (
  job: Job,
  record: JobRecord | undefined,
  told: Pick<RunRecord, 'curves' | 'results' | 'failures' | 'stepsPerEpoch'> | null,
  metrics: readonly string[],
): RunReport => ({
  ...{ variant: job.variant, seed: job.seed, id: job.id, runDir: job.runDir },
  outcome: record?.outcome ?? 'pending',
  failure: record?.outcome === 'failed' ? record.failure : null,
  evaluatorFailures: [...new Map((told?.failures ?? []).map(({ evaluator, message }) => [evaluator, { evaluator, message }])).values()],
  metrics: Object.fromEntries(metrics.map((name) => [name, told && (finalValue(told.curves, name) ?? told.results[name]?.value ?? null)])),
  cost: record?.outcome === 'finished' ? record.cost : null,
  steps: record?.outcome === 'finished' ? record.step : null,
  epochs: record?.outcome === 'finished' && told?.stepsPerEpoch ? record.step / told.stepsPerEpoch : null,
  initialSha256: record?.outcome === 'finished' ? record.initialSha256 : null,
}); // prettier-ignore

/** What is known of metrics: from evaluators' results, else from their names. */
export const aboutMetrics = (metrics: readonly string[], told: readonly (Pick<RunRecord, 'results'> | null)[]): Record<string, MetricReport> =>
  Object.fromEntries(
    metrics.map((name) => {
      const measured = told.flatMap((run) => run?.results[name] ?? []);
      const { unit, better } = measured[0] ?? describeMetric(name);
      const images = measured.flatMap(({ n }) => n ?? []);
      const resolution = unit === '%' && images.length > 0 ? 100 / Math.max(...images) : null;
      return [name, { unit, better: better ?? null, resolution }];
    }),
  ); // prettier-ignore

/** Puts the runs of each variant together. @param baseline Default: the first variant. */
export function compareReport(
  name: string,
  about: Readonly<Record<string, MetricReport>>,
  runs: readonly RunReport[],
  baseline = runs[0]!.variant,
  warnings: readonly string[] = [],
): CompareReport {
  const metrics = Object.keys(about);
  const names = [...new Set(runs.map(({ variant }) => variant))];
  const of = (variant: string): RunReport[] => runs.filter((run) => run.variant === variant);
  const rows = names.map((variant) => variantReport(variant, of(variant), of(baseline), about));
  const first = rows.find(({ variant }) => variant === baseline)?.cpuMs ?? null;
  const variants = rows.map((row) => ({ ...row, costRatio: row.cpuMs === null || first === null ? null : row.cpuMs / first }));
  const has = (outcome: RunReport['outcome']): boolean => runs.some((run) => run.outcome === outcome);
  const outcome = has('pending') ? 'stopped' : has('failed') ? 'failed' : 'finished';
  return { name, outcome, metrics, about, baseline, variants, runs, sameStart: sameStart(runs), warnings };
}

function variantReport(
  variant: string,
  runs: readonly RunReport[],
  baseline: readonly RunReport[],
  about: Readonly<Record<string, MetricReport>>,
): Omit<VariantReport, 'costRatio'> {
  const metrics = Object.keys(about);
  const finished = runs.filter(({ outcome }) => outcome === 'finished');
  const known = (of: (run: RunReport) => number | null | undefined): number[] =>
    finished.map(of).filter((value): value is number => typeof value === 'number');
  const mean = (of: (run: RunReport) => number | null | undefined): number | null => estimate(known(of))?.mean ?? null;
  const isBaseline = variant === baseline[0]?.variant;
  return {
    ...{ variant, finished: finished.length, runs: runs.length },
    failures: runs.flatMap(({ failure, evaluatorFailures, seed }) => [
      ...(failure ? [`seed ${seed}: ${failure.code ?? 'failed'}: ${failure.message}${failure.frames?.[0] === undefined ? '' : `, at ${failure.frames[0]}`}`] : []),
      ...evaluatorFailures.map(({ evaluator, message }) => `seed ${seed}: the evaluator ${evaluator} failed: ${message}`),
    ]),
    metrics: Object.fromEntries(metrics.map((name) => [name, estimate(known((run) => run.metrics[name]))])),
    differences: Object.fromEntries(
      metrics.map((name) => [name, isBaseline ? null : pairedDifference(bySeed(runs, name), bySeed(baseline, name), about[name]!.resolution ?? 0)]),
    ),
    stepMs: mean(({ cost }) => cost?.stepMs),
    cpuMs: mean(({ cost }) => cost?.cpuMs),
  }; // prettier-ignore
}

const bySeed = (runs: readonly RunReport[], metric: string): Map<string, number> =>
  new Map(
    runs.flatMap(({ outcome, seed, metrics }) => {
      const value = metrics[metric];
      return outcome === 'finished' && typeof value === 'number' ? [[String(seed), value] as const] : [];
    }),
  );

function sameStart(runs: readonly RunReport[]): Record<string, boolean | null> {
  const seeds = [...new Set(runs.map(({ seed }) => String(seed)))];
  const starts = (seed: string) =>
    runs.filter((run) => String(run.seed) === seed).flatMap(({ initialSha256 }) => (initialSha256 ? [initialSha256] : []));
  return Object.fromEntries(
    seeds.map((seed) => [seed, starts(seed).length < 2 ? null : new Set(starts(seed)).size === 1] as const),
  );
}
