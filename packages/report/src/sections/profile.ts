import type { HeatChart } from '../page/charts.js';
import { rounded } from '../page/numbers.js';
import type { Block, Section } from '../page/page.js';
import type { Curves } from '../run/events.js';
import { profileRank } from '../run/metrics.js';

/** Columns of the heat map at most. */
const MOST_COLUMNS = 60;

/** What a heat map of profiles is made from. */
export interface ProfiledRun {
  readonly name: string;
  readonly curves: Curves;
  readonly stepsPerEpoch: number | null;
}

/** Matching probability by rank of the negative, over epochs: a heat map for each run. */
export function profileSection(runs: readonly ProfiledRun[]): Section {
  const blocks = runs.map((run, at): Block => {
    const chart = profileChart(run, at);
    return chart
      ? { kind: 'chart', chart }
      : { kind: 'text', level: 'info', text: `${run.name}: not measured. Add the extension negative-metrics to its plugins.` };
  });
  return {
    id: 'profile',
    title: 'Matching probability',
    intro: 'With which probability a query is matched with its hardest negative, the second hardest, and so on, and how that changes in training. The more of it lies at the first ranks, the fewer negatives a step learns from.',
    blocks,
  }; // prettier-ignore
}

/** Null where no profile was measured. */
export function profileChart({ name, curves, stepsPerEpoch }: ProfiledRun, at: number): HeatChart | null {
  const ranks = [...curves.keys()]
    .flatMap((metric) => {
      const found = profileRank(metric);
      return found && found.bank === null ? [{ metric, rank: found.rank }] : [];
    })
    .sort((a, b) => a.rank - b.rank);
  if (ranks.length === 0) return null;
  const columns = columnsOf(ranks.flatMap(({ metric }) => curves.get(metric)!.map(({ step }) => step)), stepsPerEpoch); // prettier-ignore
  const cells = ranks.map(({ metric }) => {
    const sums = columns.values.map(() => ({ sum: 0, count: 0 }));
    for (const { step, value } of curves.get(metric)!) {
      const cell = sums[columns.at(step)];
      if (!cell || !(value > 0)) continue;
      cell.sum += value;
      cell.count++;
    }
    return sums.map(({ sum, count }) => (count === 0 ? null : rounded(sum / count)));
  });
  return {
    ...{ kind: 'heat', id: `profile-${at + 1}`, title: name, x: { label: columns.label, values: columns.values } },
    y: { label: 'rank of the negative', values: ranks.map(({ rank }) => rank) },
    value: { label: 'matching probability', log: true },
    cells,
    summary: `Mean matching probability of the negative of each rank, hardest first, over ${columns.label}s of ${name}. Colours are logarithmic.`,
  };
}

/** Epochs, or so many of them together; steps where it is not known how many make an epoch, or where there are few epochs. */
function columnsOf(steps: readonly number[], stepsPerEpoch: number | null) {
  const last = Math.max(...steps);
  const inEpochs = stepsPerEpoch !== null && last / stepsPerEpoch >= 3;
  const unit = inEpochs ? stepsPerEpoch : 1;
  const width = inEpochs ? Math.ceil(last / unit / MOST_COLUMNS) * unit : Math.max(1, Math.ceil(last / 30));
  const at = (step: number): number => Math.floor((step - 1) / width);
  const values = Array.from({ length: at(last) + 1 }, (_, column) => Math.round(((column + 1) * width) / unit));
  return { label: inEpochs ? 'epoch' : 'step', values, at };
}
