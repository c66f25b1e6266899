export { renderPage } from './page/html.js';
export { chartsIn } from './page/blocks.js';
export { chartTable, toCsv, type DataTable } from './page/chart-table.js';
export { digits } from './page/numbers.js';
export type { Atlas, Block, Cell, ImageStrip, Note, Page, Section, Sprite, Table } from './page/page.js';
export type { BarsChart, Chart, CurvesChart, HeatChart, IntervalsChart, Line, MapChart, MatrixChart, PathChart } from './page/charts.js'; // prettier-ignore
export { reportPage, type ReportOptions } from './report-page.js';
export { nameRuns, readRun, runFoldersIn, type RunRecord } from './run/read-run.js';
export { curvesOf, finalValue, type Curves, type Reading } from './run/events.js';
export { describeMetric, type MetricInfo } from './run/metrics.js';
export type { RunAugmentation, RunConfusion, RunImages, RunMap, RunNeighbours } from './run/images.js';
export { averageCurves, curvesSection, metricsOf, type CurveGroup } from './sections/curves.js';
export { profileSection } from './sections/profile.js';
export { falseNegativesSection, representationSection } from './sections/negatives.js';
export type { LookedAt } from './sections/images.js';
