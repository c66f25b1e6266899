import type { CompareReport, Estimate, VariantReport } from './report.js';

/** Four significant digits: 0.0123, 1.234, 123.4. */
const digits = (value: number): string => (Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4))));

const shown = (estimate: Estimate | null | undefined): string => {
  if (!estimate) return '-';
  const { mean, deviation } = estimate;
  return deviation === null ? digits(mean) : `${digits(mean)} ± ${String(Number(deviation.toPrecision(2)))}`;
};

/** `knn/top1` is `top1` where no other column is. */
const headings = (metrics: readonly string[]): string[] => {
  const short = metrics.map((name) => name.split('/').at(-1)!);
  return metrics.map((name, at) => (short.indexOf(short[at]!) === short.lastIndexOf(short[at]!) ? short[at]! : name));
};

/** Header and a row for each variant, as text. */
export function cellsOf({ metrics, variants }: CompareReport): string[][] {
  const row = (one: VariantReport): string[] => [
    one.variant,
    ...(one.finished === 0
      ? [one.failures.length > 0 ? 'failed' : 'pending', ...Array<string>(metrics.length - 1).fill('-')]
      : metrics.map((name) => shown(one.metrics[name]))),
    ...[one.stepMs, one.cpuMs].map((value) => (value === null ? '-' : value.toFixed(1))),
    one.costRatio === null ? '-' : `${one.costRatio.toFixed(2)} x`,
    one.finished === one.runs ? String(one.runs) : `${one.finished} of ${one.runs}`,
  ];
  return [['variant', ...headings(metrics), 'ms a step', 'CPU ms', 'to first', 'runs'], ...variants.map(row)];
}

/** Columns in line, for a terminal. */
export function tableText(report: CompareReport): string {
  const cells = cellsOf(report);
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ').trimEnd(); // prettier-ignore
  const failures = report.variants.flatMap(({ variant, failures }) => failures.map((text) => `${variant}, ${text}`));
  return [line(cells[0]!), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.slice(1).map(line), ...failures].join(
    '\n',
  );
}

/** One line for each run, for spreadsheets and data frames; numbers in full. */
export function runsCsv({ metrics, runs }: CompareReport): string {
  const quoted = (cell: string | number | null | undefined): string => {
    const text = cell === null || cell === undefined ? '' : String(cell);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const header = ['variant', 'seed', 'outcome', ...metrics, 'stepMs', 'cpuMs', 'id', 'error'];
  const rows = runs.map((run) => [
    ...[run.variant, run.seed, run.outcome, ...metrics.map((name) => run.metrics[name])],
    ...[run.cost?.stepMs, run.cost?.cpuMs, run.id, run.failure && (run.failure.code ?? run.failure.message)],
  ]);
  return `${[header, ...rows].map((row) => row.map(quoted).join(',')).join('\n')}\n`;
}
