import { toCsv } from '@mochi/report';
import type { Difference, Estimate } from './paired.js';
import type { CompareReport, MetricReport, RunReport, VariantReport } from './report.js';

/** Four significant digits: 0.0123, 1.234, 123.4. */
const digits = (value: number): string => (Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4))));
export const few = (value: number): string => String(Number(value.toPrecision(3)));
export const signed = (value: number): string => (value > 0 ? `+${few(value)}` : few(value));

export const shown = (estimate: Estimate | null | undefined): string => {
  if (!estimate) return '-';
  const { mean, deviation } = estimate;
  return deviation === null ? digits(mean) : `${digits(mean)} ± ${String(Number(deviation.toPrecision(2)))}`;
};

/** What the seeds say of a difference: `better`, `worse` or `differs` where they resolve it. */
export function verdict(difference: Difference, { better }: Pick<MetricReport, 'better'>): 'better' | 'worse' | 'differs' | 'not resolved' {
  if (!difference.resolved) return 'not resolved';
  if (better === null) return 'differs';
  return difference.mean > 0 === (better === 'higher') ? 'better' : 'worse';
} // prettier-ignore

/** The same with the reason where nothing is resolved. */
export const verdictText = (difference: Difference, about: MetricReport): string =>
  [verdict(difference, about), ...(difference.reason === null ? [] : [difference.reason])].join(': ');

/** `+1.2 (0.4 to 2)`. */
export const differenceText = ({ mean, low, high }: Difference): string =>
  low === null || high === null ? signed(mean) : `${signed(mean)} (${few(low)} to ${few(high)})`;

/** Of a difference: one of two percentages is in points. */
export const differenceUnit = ({ unit }: Pick<MetricReport, 'unit'>): string => (unit === '%' ? 'points' : unit);

/** `knn/top1 (%)`. @param unitOf Default: that of the values. */
export const heading = (name: string, about: MetricReport, unitOf = ({ unit }: MetricReport): string => unit): string =>
  unitOf(about) === '' ? name : `${name} (${unitOf(about)})`;

export const headings = (
  { metrics, about }: Pick<CompareReport, 'metrics' | 'about'>,
  unitOf?: (about: MetricReport) => string,
): string[] => metrics.map((name) => heading(name, about[name]!, unitOf));

/** Whether the evaluator of a metric failed in one of these runs. */
const failedIn = (runs: readonly RunReport[], metric: string): boolean =>
  runs.some(({ evaluatorFailures }) => evaluatorFailures.some(({ evaluator }) => metric.startsWith(`${evaluator}/`)));

/** Header and a row for each variant, as text. */
export function cellsOf(report: CompareReport): string[][] {
  const { metrics, variants, runs } = report;
  const value = (one: VariantReport, name: string): string =>
    !one.metrics[name] && failedIn(runs.filter(({ variant }) => variant === one.variant), name) ? 'failed' : shown(one.metrics[name]); // prettier-ignore
  const row = (one: VariantReport): string[] => [
    one.variant,
    ...(one.finished === 0
      ? [one.failures.length > 0 ? 'failed' : 'pending', ...Array<string>(metrics.length - 1).fill('-')]
      : metrics.map((name) => value(one, name))),
    ...[one.stepMs, one.cpuMs].map((value) => (value === null ? '-' : value.toFixed(1))),
    one.costRatio === null ? '-' : one.costRatio.toFixed(2),
    one.finished === one.runs ? String(one.runs) : `${one.finished} of ${one.runs}`,
  ];
  return [['variant', ...headings(report), 'step (ms)', 'CPU (ms)', 'CPU (x baseline)', 'runs'], ...variants.map(row)];
}

/** @param side Of all columns but the first, which is at the left. */
function inLine(cells: readonly (readonly string[])[], side: 'left' | 'right' = 'right'): string[] {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 || side === 'left' ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd(); // prettier-ignore
  return [line(cells[0]!), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.slice(1).map(line)];
}

/** Columns in line, for a terminal: mean and standard deviation over seeds. */
export function tableText(report: CompareReport): string {
  const failures = report.variants.flatMap(({ variant, failures }) => failures.map((text) => `${variant}, ${text}`));
  return [...inLine(cellsOf(report)), ...failures].join('\n');
}

/** Paired differences to the baseline, for a terminal, a row for each metric and variant; empty where there is nothing to be held against it. */
export function differencesText(report: CompareReport): string {
  const { metrics, variants, baseline, about } = report;
  const others = variants.filter(({ differences }) => metrics.some((name) => differences[name]));
  if (others.length === 0) return '';
  const rows = metrics.flatMap((name) =>
    others.map(({ variant, differences }) => {
      const difference = differences[name];
      const said = difference ? [differenceText(difference), verdictText(difference, about[name]!)] : ['-', ''];
      return [heading(name, about[name]!, differenceUnit), variant, ...said];
    }),
  );
  const pairs = Math.max(...others.flatMap(({ differences }) => metrics.map((name) => differences[name]?.pairs.length ?? 0)));
  const title = `Differences to ${baseline}, paired by seed (${pairs} at most), with 95 % intervals of Student's t, each for itself`;
  return [title, ...inLine([['metric', 'variant', 'difference', 'verdict'], ...rows], 'left')].join('\n');
}

/** One line for each run, for spreadsheets and data frames; numbers in full. */
export function runsCsv({ metrics, runs }: CompareReport): string {
  const columns = ['variant', 'seed', 'outcome', ...metrics, 'stepMs', 'cpuMs', 'id', 'error'];
  const rows = runs.map((run) => [
    ...[run.variant, run.seed, run.outcome, ...metrics.map((name) => run.metrics[name] ?? null)],
    ...[run.cost?.stepMs ?? null, run.cost?.cpuMs ?? null, run.id, run.failure && (run.failure.code ?? run.failure.message)],
  ]);
  return toCsv({ columns, rows });
}

/** One line for each variant and metric, numbers in full. */
export function variantsCsv({ metrics, variants, about, baseline }: CompareReport): string {
  const columns = ['variant', 'metric', 'unit', 'better', 'runs', 'mean', 'deviation', 'baseline', 'pairs', 'difference', 'differenceDeviation', 'low95', 'high95', 'verdict', 'reason', 'seedsNeeded']; // prettier-ignore
  const rows = variants.flatMap(({ variant, finished, metrics: of, differences }) =>
    metrics.map((name) => {
      const [own, difference] = [of[name], differences[name]];
      return [
        ...[variant, name, about[name]!.unit, about[name]!.better, finished, own?.mean ?? null, own?.deviation ?? null],
        ...[baseline, difference?.pairs.length ?? null, difference?.mean ?? null, difference?.deviation ?? null],
        ...[difference?.low ?? null, difference?.high ?? null],
        ...[difference ? verdict(difference, about[name]!) : null, difference?.reason ?? null, difference?.seedsNeeded ?? null],
      ];
    }),
  );
  return toCsv({ columns, rows });
}
