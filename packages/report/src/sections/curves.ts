import type { CurvesChart, Line, Point } from '../page/charts.js';
import { rounded } from '../page/numbers.js';
import type { Block, Section } from '../page/page.js';
import { thin } from '../page/smooth.js';
import type { Curves, Result } from '../run/events.js';
import { describeMetric, isOfNegatives, profileRank, type MetricInfo } from '../run/metrics.js';

/** Points of a line that a chart holds at most: more are not seen. */
const MOST_POINTS = 800;

/** A group's curves: those of a run, or of the seeds of a variant. */
export interface CurveGroup {
  readonly curves: readonly Curves[];
  /** Latest values of evaluators, which say units and directions. */
  readonly results?: Readonly<Record<string, Result>>;
}

/** What is no reading of one batch: measured over many images, or set. */
const MEASURED = /\/|^(?:rate|imagesPerSecond)$/;

export const idOf = (name: string): string => name.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase();

/** Metrics that have a curve, evaluators first, then the loss; those of the matching profile have a plot of their own. */
export function metricsOf(groups: readonly CurveGroup[]): string[] {
  const names = new Set(groups.flatMap(({ curves }) => curves.flatMap((one) => [...one.keys()])));
  const order = (name: string): number => (name.includes('/') ? 0 : name === 'loss' ? 1 : 2);
  const isNothing = (name: string): boolean =>
    name === 'skipped' &&
    groups.every(({ curves }) => curves.every((one) => one.get(name)?.every(({ value }) => value === 0) ?? true));
  return [...names].filter((name) => profileRank(name) === null && !isNothing(name)).sort((a, b) => order(a) - order(b));
}

/** A chart of each metric, all groups in it. @param metrics Default: all, of which evaluators and the loss are shown and the rest is folded. */
export function curvesSection(groups: readonly CurveGroup[], metrics?: readonly string[]): Section {
  const charts = metrics ? chartsOf(metrics, groups) : foldedCharts(groups);
  const none: Block = { kind: 'text', level: 'info', text: 'No metric was measured twice, so there is no curve.' };
  return {
    id: 'curves',
    title: 'Curves',
    intro: 'Every metric over the steps. Metrics of the training step are of one batch each and can be smoothed; what was measured stays to be seen behind. Those of evaluators are as measured.',
    blocks: charts.length > 0 ? charts : [none],
    smoothing: charts.length > 0,
  }; // prettier-ignore
}

const chartsOf = (metrics: readonly string[], groups: readonly CurveGroup[]): Block[] =>
  metrics.flatMap((name): Block[] => {
    const chart = metricChart(name, groups);
    return chart === null ? [] : [{ kind: 'chart', chart }];
  });

function foldedCharts(groups: readonly CurveGroup[]): Block[] {
  const metrics = metricsOf(groups);
  const first = metrics.filter((name) => name === 'loss' || (name.includes('/') && !isOfNegatives(name)));
  const rest = metrics.filter((name) => !first.includes(name));
  const fold = (summary: string, names: readonly string[]): Block[] => {
    const blocks = chartsOf(names, groups);
    return blocks.length === 0 ? [] : [{ kind: 'folded', summary: `${summary}: ${blocks.length} ${blocks.length === 1 ? 'chart' : 'charts'}`, blocks }]; // prettier-ignore
  };
  return [
    ...chartsOf(first, groups),
    ...fold('Negatives, how hard and how false they are', rest.filter(isOfNegatives)),
    ...fold(
      'The training step',
      rest.filter((name) => !isOfNegatives(name)),
    ),
  ];
}

/** Null where no group has two readings: a point is no curve. */
export function metricChart(name: string, groups: readonly CurveGroup[]): CurvesChart | null {
  const info = infoOf(name, groups);
  const lines = groups.flatMap((group, at) => linesOf(name, group, at));
  if (!lines.some(({ points }) => points.length > 1)) return null;
  const direction = info.better === undefined ? '' : ` ${info.better === 'higher' ? 'Higher' : 'Lower'} is better.`;
  const overSeeds = groups.some(({ curves }) => curves.filter((one) => one.has(name)).length > 1);
  const bands = !lines.some(({ band }) => band) ? undefined : overSeeds ? 'one standard deviation over seeds' : 'the 95 % interval over samples'; // prettier-ignore
  const what = overSeeds ? 'mean over seeds, with one standard deviation to each side' : lines.length > 1 ? 'a line for each run' : 'one line'; // prettier-ignore
  return {
    ...{ kind: 'curves', id: `curve-${idOf(name)}`, title: info.title, x: { label: 'step' }, y: { label: info.unit || 'value' } },
    ...{ lines, smooth: !MEASURED.test(name), ...(bands ? { bands } : {}) },
    summary: `${name} over steps: ${what}${bands && !overSeeds ? ', with the 95 % interval over samples' : ''}.${direction}`,
  };
}

/** What evaluators say of their metrics, before what is known of names. */
function infoOf(name: string, groups: readonly CurveGroup[]): MetricInfo {
  const told = groups.map(({ results }) => results?.[name]).find((result) => result !== undefined);
  const { title, unit, better } = describeMetric(name);
  const direction = told?.better ?? better;
  return { title, unit: told?.unit || unit, ...(direction ? { better: direction } : {}) };
}

function linesOf(name: string, { curves }: CurveGroup, group: number): Line[] {
  const found = curves.map((one) => pointsOf(one, name)).filter((points) => points.length > 0);
  if (found.length === 0) return [];
  if (found.length === 1)
    return [{ group, points: thin(found[0]!, MOST_POINTS).map(roundedPoint), ...intervalsOf(curves, name) }];
  const { mean, band } = bandOf(found);
  const points = thin(mean, MOST_POINTS).map(roundedPoint);
  const every = Math.ceil(mean.length / points.length);
  return [{ group, points, band: band.filter((_, at) => at % every === 0).map(([x, low, high]) => [x, rounded(low), rounded(high)]) }]; // prettier-ignore
}

/** The intervals of evaluators' readings, where every one of a curve has its own. */
function intervalsOf(curves: readonly Curves[], name: string): Pick<Line, 'band'> {
  const readings = curves.flatMap((one) => one.get(name) ?? []);
  const band = readings.flatMap(({ step, low, high }) => (low === undefined || high === undefined ? [] : [[step, rounded(low), rounded(high)] as const])); // prettier-ignore
  return band.length === readings.length && band.length <= MOST_POINTS ? { band } : {};
}

export const pointsOf = (curves: Curves, name: string): Point[] =>
  (curves.get(name) ?? []).map(({ step, value }) => [step, value] as const);

const roundedPoint = ([x, y]: Point): Point => [Math.round(x), rounded(y)];

/** Mean and one standard deviation to each side, at the steps that all curves have. */
export function bandOf(curves: readonly (readonly Point[])[]): { mean: Point[]; band: [number, number, number][] } {
  const byStep = new Map<number, number[]>();
  for (const points of curves) for (const [x, y] of points) byStep.set(x, [...(byStep.get(x) ?? []), y]);
  const whole = [...byStep].filter(([, values]) => values.length === curves.length).sort(([a], [b]) => a - b);
  const rows = whole.map(([x, values]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    return { x, mean, deviation };
  });
  return {
    mean: rows.map(({ x, mean }) => [x, mean] as const),
    band: rows.map(({ x, mean, deviation }) => [x, mean - deviation, mean + deviation]),
  };
}

/** The mean over curves of the same metric, at the steps that all have. */
export function averageCurves(curves: readonly Curves[]): Curves {
  const names = new Set(curves.flatMap((one) => [...one.keys()]));
  return new Map(
    [...names].map((name) => {
      const having = curves.map((one) => pointsOf(one, name)).filter((points) => points.length > 0);
      const points = having.length === 1 ? having[0]! : bandOf(having).mean;
      return [name, points.map(([step, value]) => ({ step, value }))] as const;
    }),
  );
}
