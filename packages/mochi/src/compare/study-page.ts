import { averageCurves, curvesSection, describeMetric, falseNegativesSection, profileSection, representationSection, type Block, type Cell, type Curves, type IntervalsChart, type Note, type Page, type RunRecord, type Section } from '@mochi/report'; // prettier-ignore
import { answers } from './answers.js';
import { PROFILE } from './measured.js';
import { differenceText, differenceUnit, cellsOf, headings, verdict, verdictText } from './table.js';
import type { CompareReport } from './report.js';

type Told = Omit<RunRecord, 'name'> | null;

/** A comparison as a page. @param told What the folder of each run says, in the order of `report.runs`. */
export function studyPage(report: CompareReport, told: readonly Told[], date: Date): Page {
  const groups = report.variants.map(({ variant }) => variant);
  const known = report.runs.flatMap((run, at) => (told[at] ? [{ run, told: told[at] }] : []));
  const curves = groups.map((variant) => known.filter(({ run }) => run.variant === variant).map(({ told }) => told.curves));
  const results = Object.assign({}, ...known.map(({ told }) => told.results)) as RunRecord['results'];
  const stepsPerEpoch = known[0]?.told.stepsPerEpoch ?? null;
  const averaged = groups.map((name, group) => ({ name, group, stepsPerEpoch, curves: averageCurves(curves[group]!) }));
  const begun = averaged.filter((one) => one.curves.size > 0);
  const seeds = new Set(report.runs.map(({ seed }) => seed)).size;
  return {
    ...{ title: report.name, groups, atlases: [] },
    subtitle: `${groups.length} variants, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} – written ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    notes: notesOf(report),
    sections: [
      tableSection(report),
      differencesSection(report),
      curvesSection(curves.map((one) => ({ curves: one, results })), shownMetrics(report, averaged)),
      profileSection(begun),
      falseNegativesSection(begun),
      representationSection(known.map(({ run, told }) => ({ name: run.variant, group: groups.indexOf(run.variant), curves: told.curves }))), // prettier-ignore
      runsSection(report),
    ],
  }; // prettier-ignore
}

/** Those of the table first, then every other one. */
function shownMetrics({ metrics }: CompareReport, averaged: readonly { curves: Curves }[]): string[] {
  const all = new Set(averaged.flatMap(({ curves }) => [...curves.keys()]));
  const rest = [...all].filter((name) => !metrics.includes(name) && !PROFILE.test(name) && !['rate', 'skipped', 'imagesPerSecond'].includes(name)); // prettier-ignore
  return [...metrics, ...rest];
}

function notesOf(report: CompareReport): Note[] {
  const different = Object.entries(report.sameStart).filter(([, same]) => same === false).map(([seed]) => seed); // prettier-ignore
  const pending = report.runs.filter(({ outcome }) => outcome === 'pending').length;
  const failed = report.variants.flatMap(({ variant, failures }) => failures.map((text): Note => ({ level: 'error', text: `${variant}, ${text}` }))); // prettier-ignore
  return [
    ...answers(report).map((text): Note => ({ level: 'info', text })),
    ...failed,
    ...report.warnings.map((text): Note => ({ level: 'warning', text })),
    ...(pending > 0 ? [{ level: 'warning', text: `${pending} of ${report.runs.length} runs are not done yet: the same command goes on with them.` } as const] : []), // prettier-ignore
    ...(different.length > 0 ? [{ level: 'warning', text: `Not all runs of seed ${different.join(', ')} began with the same weights and banks: their differences hold what the start does too.` } as const] : []), // prettier-ignore
  ];
}

function tableSection(report: CompareReport): Section {
  const [columns, ...rows] = cellsOf(report);
  const caption = 'Mean ± standard deviation over seeds. Metrics of the training step are means over the last fifth of the steps, those of evaluators the last ones. Costs are worth comparing where runs were made one at a time.'; // prettier-ignore
  const table = { caption, columns: columns!, rows, groups: rows.map((_, at) => at), csv: 'table' };
  return { id: 'table', title: 'Results', blocks: [{ kind: 'table', table }] };
}

function differencesSection(report: CompareReport): Section {
  const { metrics, variants, baseline, about } = report;
  const others = variants.flatMap((one, group) => (metrics.some((name) => one.differences[name]) ? [{ ...one, group }] : []));
  const same = Object.values(report.sameStart);
  const shared = same.length > 0 && same.every((one) => one === true) ? 'order of the data, draws and initial weights' : 'order of the data and draws'; // prettier-ignore
  const intro = `Each variant less ${baseline}, by pairs of runs of one seed, which share ${shared}. Intervals are those of Student's t on the pairs, 95 %, each for itself: of twenty that say nothing, one is expected to leave zero out. A difference is resolved where there are three pairs or more, their interval leaves zero out, and it is no less than what one test image makes.`; // prettier-ignore
  if (others.length === 0) return { id: 'differences', title: 'Differences', intro, blocks: [{ kind: 'text', level: 'info', text: `No other variant has a finished run of a seed that ${baseline} has.` }] }; // prettier-ignore
  const cell = (one: (typeof others)[number], name: string): Cell => {
    const difference = one.differences[name];
    if (!difference) return null;
    const found = verdict(difference, about[name]!);
    const text = `${differenceText(difference)}, ${verdictText(difference, about[name]!)}`;
    return found === 'better' ? { text, mark: 'good' } : found === 'worse' ? { text, mark: 'bad' } : text;
  };
  const rows = others.map((one) => [one.variant, ...metrics.map((name) => cell(one, name))]);
  const table = { caption: `Difference to ${baseline} (95 % interval), and what so many seeds say of it`, columns: ['variant', ...headings(report, differenceUnit)], rows, groups: others.map(({ group }) => group), csv: 'differences' }; // prettier-ignore
  const charts = metrics.flatMap((name): Block[] => {
    const drawn = others.flatMap(({ variant, group, differences }) => {
      const difference = differences[name];
      return difference ? [{ name: variant, group, mean: difference.mean, low: difference.low, high: difference.high, points: difference.pairs }] : []; // prettier-ignore
    });
    return drawn.length === 0 ? [] : [{ kind: 'chart', chart: intervalsChart(name, report, drawn) }];
  });
  return { id: 'differences', title: 'Differences', intro, blocks: [{ kind: 'table', table }, ...charts] };
}

function intervalsChart(name: string, { about, baseline }: CompareReport, rows: IntervalsChart['rows']): IntervalsChart {
  const { better } = about[name]!;
  const unit = differenceUnit(about[name]!);
  const direction = better === null ? '' : ` ${better === 'higher' ? 'Right' : 'Left'} of the line is better.`;
  return {
    ...{ kind: 'intervals', id: `difference-${name.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase()}` },
    ...{ title: `${describeMetric(name).title}: difference to ${baseline}`, zero: 0, interval: '95 % interval', rows },
    x: { label: unit === '' ? 'difference' : `difference (${unit})` },
    summary: `Dots: mean differences of ${name} over seeds; bars: their 95 % intervals; ticks: single seeds; the line: no difference.${direction}`,
  };
}

function runsSection(report: CompareReport): Section {
  const { metrics, runs } = report;
  const rows = runs.map((run): Cell[] => [
    run.variant,
    run.seed,
    run.outcome === 'failed' ? { text: 'failed', mark: 'bad' } : run.outcome,
    ...metrics.map((name) => run.metrics[name] ?? null),
    run.id,
  ]);
  const columns = ['variant', 'seed', 'outcome', ...headings(report), 'folder in runs/'];
  const table = { caption: 'Every run', columns, rows, csv: 'runs' };
  const text = 'Any of them is made again by: mochi train runs/FOLDER/job-config.json --run NEW-FOLDER';
  return {
    id: 'runs',
    title: 'Runs',
    blocks: [
      { kind: 'table', table },
      { kind: 'text', level: 'info', text },
    ],
  };
}
