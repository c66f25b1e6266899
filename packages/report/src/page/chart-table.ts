import type { Chart, CurvesChart, HeatChart, IntervalsChart, MapChart, MatrixChart, PathChart } from './charts.js';

/** The data behind a chart, in full. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What is drawn, as a table: for screen readers, for whoever wants the numbers, and for CSV. @param groups `Page.groups`. */
export function chartTable(chart: Chart, groups: readonly string[]): DataTable {
  switch (chart.kind) {
    case 'curves':
      return curvesTable(chart, groups);
    case 'path':
      return pathTable(chart, groups);
    case 'heat':
      return heatTable(chart);
    case 'bars':
      return { columns: ['', ...chart.parts], rows: chart.bars.map(({ name, values }) => [name, ...values]) };
    case 'intervals':
      return intervalsTable(chart);
    case 'map':
      return mapTable(chart);
    case 'matrix':
      return matrixTable(chart);
  }
}

function curvesTable({ lines, x, y, bands }: CurvesChart, groups: readonly string[]): DataTable {
  const named = lines.some(({ name }) => name !== undefined);
  const banded = bands !== undefined;
  const rows = lines.flatMap(({ group, name, points, band }) =>
    points.map(([at, value], index) => [
      ...[groups[group]!, ...(named ? [name ?? ''] : []), at, value],
      ...(banded ? [band?.[index]?.[1] ?? null, band?.[index]?.[2] ?? null] : []),
    ]),
  );
  const columns = ['run', ...(named ? ['line'] : []), x.label, y.label, ...(banded ? [`low: ${bands}`, `high: ${bands}`] : [])];
  return { columns, rows };
}

function pathTable({ paths, x, y, at }: PathChart, groups: readonly string[]): DataTable {
  const rows = paths.flatMap(({ group, points }) => points.map(([px, py, when]) => [groups[group]!, when, px, py]));
  return { columns: ['run', at, x.label, y.label], rows };
}

const heatTable = ({ x, y, cells }: HeatChart): DataTable => ({
  columns: [`${y.label} \\ ${x.label}`, ...x.values.map(String)],
  rows: y.values.map((value, row) => [value, ...cells[row]!]),
});

const intervalsTable = ({ rows, x, interval }: IntervalsChart): DataTable => ({
  columns: ['', x.label, `low: ${interval}`, `high: ${interval}`, 'of'],
  rows: rows.map(({ name, mean, low, high, points }) => [name, mean, low, high, points.map((value) => value.toPrecision(4)).join(' ')]),
}); // prettier-ignore

function mapTable({ views, labels, classes, names }: MapChart): DataTable {
  const columns = ['sample', 'class', ...views.flatMap(({ name, axes }) => axes.map((axis) => `${name}: ${axis}`))];
  const classOf = (at: number): string => (labels && labels[at]! >= 0 ? (classes[labels[at]!] ?? String(labels[at])) : '');
  return { columns, rows: names.map((name, at) => [name, classOf(at), ...views.flatMap(({ points }) => [...points[at]!])]) };
}

/** Cells that are not empty, most first: a matrix of 200 classes has 40,000. */
function matrixTable({ rows, columns, classes, counts }: MatrixChart): DataTable {
  const cells = counts.flatMap((row, at) => row.map((count, to) => [classes[at]!, classes[to]!, count] as const));
  const kept = cells.filter(([, , count]) => count > 0).sort((a, b) => b[2] - a[2]);
  return { columns: [rows.label, columns.label, 'samples'], rows: kept };
}

/** @returns Lines that end in \n; what has commas, quotes or line breaks is quoted. */
export function toCsv({ columns, rows }: DataTable): string {
  const quoted = (cell: string | number | null | undefined): string => {
    const text = cell === null || cell === undefined ? '' : String(cell);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}
