import type { CurvesChart, Line, PathChart } from '../page/charts.js';
import { rounded } from '../page/numbers.js';
import type { Block, Section } from '../page/page.js';
import { thin } from '../page/smooth.js';
import type { Curves, Reading } from '../run/events.js';
import { pointsOf } from './curves.js';

/** A run as these plots need it. */
export interface NegativesRun {
  readonly name: string;
  readonly curves: Curves;
  readonly group: number;
  readonly config?: Readonly<Record<string, unknown>> | null;
}

/** N of FN@N, where the configs of all runs say the same. */
function hardestIn(runs: readonly NegativesRun[]): string {
  const plugins = runs.map(({ config }) => (config?.['plugins'] ?? []) as readonly Readonly<Record<string, unknown>>[]);
  const all = new Set(plugins.map((some) => some.find(({ use }) => use === 'negative-metrics')?.['n']));
  const [n] = all;
  return all.size === 1 && typeof n === 'number' ? String(n) : 'N';
}

const text = (words: string): Block => ({ kind: 'text', level: 'info', text: words });
const within = (points: readonly (readonly [number, number])[]) =>
  thin(points, 400).map(([x, y]) => [Math.round(x), rounded(y)] as const);

/** FN@N against what rows drawn at random would give. */
export function falseNegativesSection(runs: readonly NegativesRun[]): Section {
  const n = hardestIn(runs);
  const fn = `FN@${n}`;
  const lines = runs.flatMap(({ curves, group }): Line[] => {
    const measured = within(pointsOf(curves, 'falseNegativesAtN'));
    const base = within(pointsOf(curves, 'sameClassShare'));
    if (measured.length === 0) return [];
    return [{ group, name: fn, points: measured }, ...(base.length > 0 ? [{ group, name: 'base rate', points: base, dashed: true }] : [])]; // prettier-ignore
  });
  const missing = runs.filter(({ curves }) => (curves.get('falseNegativesAtN')?.length ?? 0) === 0).map(({ name }) => name);
  const chart: CurvesChart = {
    ...{ kind: 'curves', id: 'false-negatives', title: `${fn} and its base rate`, wide: true, smooth: true, lines },
    ...{ x: { label: 'step' }, y: { label: 'share of rows with the class of the query' } },
    summary: `Solid: of the ${n} hardest rows of each query, the share that has its class (${fn}), before the samplers that leave rows out: under the sampler oracle too it says what would be pushed away. What is (falseNegativesPushed) stands among the curves. Dashed: the same share of the whole bank, which rows drawn at random would give. The distance of the two is what hardness costs.`,
  };
  const none = `No FN@N of ${missing.join(', ')}: it needs data with labels, bank.labels and the extension negative-metrics.`;
  return {
    ...{ id: 'false-negatives', title: 'False negatives' },
    blocks: [...(lines.length > 0 ? [{ kind: 'chart', chart } as const] : []), ...(missing.length > 0 ? [text(none)] : [])],
  };
}

/** Steps before a measurement of uniformity whose batches are averaged. */
const BATCHES_OF = 100;

/** |q - k|^2 = 2 - 2 q.k of unit vectors, the mean over the batches before each of the steps. */
function trainingAlignment(curves: Curves, steps: readonly number[]): Reading[] {
  const similarity = curves.get('positiveSimilarity') ?? [];
  return steps.flatMap((step) => {
    const near = similarity.filter((reading) => reading.step <= Math.max(step, 1) && reading.step > step - BATCHES_OF);
    if (near.length === 0) return [];
    return [{ step, value: 2 - (2 * near.reduce((sum, { value }) => sum + value, 0)) / near.length }];
  });
}

/** Alignment is measured by the evaluator on a split, or taken from the training batches: two quantities, and a chart for each. */
const ALIGNMENTS = {
  evaluator: {
    id: 'alignment-uniformity',
    title: 'Alignment against uniformity',
    label: 'alignment (squared distance), lower is nearer',
    what: 'Both by the evaluator representation, on features of the split that it measures.',
  },
  batches: {
    id: 'batch-alignment-uniformity',
    title: 'Alignment of training batches against uniformity',
    label: 'alignment in training (squared distance), lower is nearer',
    what: 'For runs whose evaluator measured no alignment (views: true, or pairs): 2 - 2 x the similarity of positives in the training batches before, which is of the projection head. Not to be held against alignment that the evaluator measured.',
  },
} as const;

/** How near positives are against how evenly all features are spread. */
export function representationSection(runs: readonly NegativesRun[]): Section {
  const paths = runs.flatMap(({ curves, group }) => {
    const uniformity = new Map((curves.get('representation/uniformity') ?? []).map(({ step, value }) => [step, value]));
    const measured = curves.get('representation/alignment');
    const alignment = measured ?? trainingAlignment(curves, [...uniformity.keys()]);
    const points = alignment.flatMap(({ step, value }) =>
      uniformity.has(step) ? [[rounded(uniformity.get(step)!), rounded(value), step] as const] : [],
    );
    return points.length > 0 ? [{ by: measured ? ('evaluator' as const) : ('batches' as const), path: { group, points } }] : [];
  });
  const charts = (['evaluator', 'batches'] as const).flatMap((by): Block[] => {
    const drawn = paths.filter((one) => one.by === by).map(({ path }) => path);
    return drawn.length > 0 ? [{ kind: 'chart', chart: pathChart(ALIGNMENTS[by], drawn) }] : [];
  });
  const missing = new Set(runs.filter(({ group }) => !paths.some(({ path }) => path.group === group)).map(({ name }) => name));
  const none = `Not measured for ${[...missing].join(', ')}: add the evaluator { name: representation, views: true, every: 10ep }.`;
  return {
    ...{ id: 'representation', title: 'Alignment and uniformity' },
    blocks: [...charts, ...(missing.size > 0 ? [text(none)] : [])],
  };
}

const pathChart = (
  { id, title, label, what }: (typeof ALIGNMENTS)['evaluator' | 'batches'],
  paths: PathChart['paths'],
): PathChart => ({
  ...{ kind: 'path', id, title, wide: true, at: 'step', paths },
  x: { label: 'uniformity (nats), lower is more evenly spread' },
  y: { label },
  summary: `From the ring (first measurement) to the large dot (last). Towards the lower left: positives near each other, and all features evenly spread. A run with one measurement is a dot. ${what}`,
});
