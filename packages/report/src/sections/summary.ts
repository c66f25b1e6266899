import { digits } from '../page/numbers.js';
import type { Block, Cell, Note, Section } from '../page/page.js';
import { finalValue, numberOf, recordOf } from '../run/events.js';
import { describeMetric, profileRank } from '../run/metrics.js';
import type { RunRecord } from '../run/read-run.js';
import { leavesOf } from './config.js';

/** What each run came to, and what was measured of it: evaluators with their intervals, the end beside the start. */
export function summarySection(runs: readonly RunRecord[]): Section {
  const rows = runs.map((run): Cell[] => [
    run.name,
    run.outcome === 'failed' ? { text: 'failed', mark: 'bad' } : run.outcome,
    run.step,
    run.seconds === null ? null : duration(run.seconds),
    run.parameters,
    finalValue(run.curves, 'loss'),
  ]);
  const columns = ['run', 'outcome', 'steps', 'time', 'parameters', 'loss at the end (nats)'];
  const caption = 'What the runs came to. The loss is the mean over the last fifth of the steps.';
  const names = [...new Set(runs.flatMap(({ results }) => Object.keys(results)))];
  const [profile, measured] = [true, false].map((is) => names.filter((name) => (profileRank(name) !== null) === is));
  const blocks: Block[] = [{ kind: 'table', table: { caption, columns, rows, groups: runs.map((_, at) => at), csv: 'summary' } }];
  if (measured!.length > 0) blocks.push(measuredTable(runs, measured!, 'measured'), { kind: 'text', level: 'info', text: whatItCannotSay(runs) }); // prettier-ignore
  if (profile!.length > 0) blocks.push({ kind: 'folded', summary: 'Matching probability by rank, as measured by an evaluator', blocks: [measuredTable(runs, profile!, 'measured-profile')] }); // prettier-ignore
  return { ...{ id: 'summary', title: 'Summary' }, blocks: [...blocks, ...runs.flatMap((run) => settingsOf(run, runs.length))] };
}

/** A row for each metric; for each run the value at the end, and before the first step where it was measured then. */
function measuredTable(runs: readonly RunRecord[], names: readonly string[], csv: string): Block {
  const told = Object.assign({}, ...runs.map(({ results }) => results)) as RunRecord['results'];
  const started = (run: RunRecord): boolean => names.some((name) => run.starts[name] !== undefined);
  const headings = runs.flatMap((run) => {
    const of = runs.length > 1 ? `${run.name}, ` : '';
    return [...(started(run) ? [`${of}before training`] : []), `${of}at the end`];
  });
  const rows = names.map((name): Cell[] => {
    const { unit, better } = told[name]!;
    const { title, what } = describeMetric(name);
    const counted = (text: string): string => withN(text, hardestOf(runs, name));
    const values = runs.flatMap((run) => [...(started(run) ? [resultCell(run, name, run.starts)] : []), resultCell(run, name)]);
    return [`${counted(title)}${unit === '' ? '' : ` (${unit})`}`, ...values, better ?? 'neither', counted(what ?? ''), name];
  });
  const caption = 'What evaluators measured; in brackets the 95 % interval over samples, where it is known. A change that is smaller than the intervals is not resolved.'; // prettier-ignore
  return { kind: 'table', table: { caption, columns: ['metric', ...headings, 'better', 'what it is', 'name'], rows, csv } };
}

/** N of FN@N, where all runs say the same. */
function hardestOf(runs: readonly RunRecord[], name: string): number | undefined {
  const evaluator = name.slice(0, name.lastIndexOf('/'));
  const all = new Set(runs.flatMap(({ settings }) => numberOf(recordOf(settings[evaluator])['n']) ?? []));
  return all.size === 1 ? [...all][0] : undefined;
}

const withN = (text: string, n: number | undefined): string => (n === undefined ? text : text.replace('FN@N', `FN@${n}`).replace('N hardest', `${n} hardest`)); // prettier-ignore

function whatItCannotSay(runs: readonly RunRecord[]): string {
  const about = runs.length > 1 ? 'Runs differ by their seeds too, so this table does not say whether hard negatives help' : 'One run cannot tell whether hard negatives help: training changes these numbers whatever the sampler'; // prettier-ignore
  return `${about}. Train the same config with several samplers and seeds: mochi compare comparison.yaml, where comparison.yaml has "base: mochi.yaml" (the config) and "vary: { sampler: [uniform, mochi], seed: [1, 2, 3] }".`;
}

/** `knn: k 20, temperature 0.07`: options that are not set are left out. */
function settingsOf({ settings, name }: RunRecord, runs: number): Block[] {
  const lines = Object.entries(settings).map(([evaluator, set]) => {
    const said = leavesOf(set).filter(([, value]) => value !== null && value !== undefined);
    return `${evaluator}: ${said.map(([path, value]) => `${path} ${Array.isArray(value) ? value.join(' ') : String(value)}`).join(', ')}`;
  });
  if (lines.length === 0) return [];
  return [{ kind: 'details', summary: `How ${runs > 1 ? `${name} was` : 'it was'} measured`, text: lines.join('\n') }];
}

function resultCell({ results, failures }: RunRecord, name: string, from = results): Cell {
  const result = from[name];
  if (result) return result.low === undefined ? digits(result.value) : `${digits(result.value)} (${digits(result.low)} to ${digits(result.high!)})`; // prettier-ignore
  const failed = failures.some(({ evaluator }) => name.startsWith(`${evaluator}/`));
  return failed ? { text: 'failed', mark: 'bad' } : null;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** What a reader must know before the numbers. */
export function notesOf(runs: readonly RunRecord[]): Note[] {
  return runs.flatMap((run): Note[] => {
    const note = (level: Note['level'], text: string): Note => ({ level, text: runs.length > 1 ? `${run.name}: ${text}` : text });
    const failed = run.outcome === 'failed' ? [note('error', `the run failed at step ${run.step ?? 0}: ${run.reason ?? 'no reason was recorded'}`)] : []; // prettier-ignore
    const unfinished = run.outcome === 'unfinished' ? [note('warning', 'the run has no end: it is in progress, or was killed. What is shown is what it wrote so far.')] : []; // prettier-ignore
    const stopped = run.outcome === 'stopped' ? [note('info', `the run was stopped at step ${run.step ?? 0}${run.reason ? `: ${run.reason}` : '.'}`)] : []; // prettier-ignore
    return [
      ...[...failed, ...unfinished, ...stopped],
      ...run.failures.map(({ evaluator, step, message }) => note('error', `the evaluator ${evaluator} failed${step === null ? '' : ` at step ${step}`}: ${message}`)), // prettier-ignore
      ...run.problems.map((problem) => note('warning', problem)),
      ...run.warnings.map((warning) => note('warning', warning)),
      ...(run.skipped > 0 ? [note('warning', `${run.skipped} samples could not be read and were left out.`)] : []),
    ];
  });
}
