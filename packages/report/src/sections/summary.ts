import { digits } from '../page/numbers.js';
import type { Block, Cell, Note, Section } from '../page/page.js';
import { finalValue } from '../run/events.js';
import type { RunRecord } from '../run/read-run.js';

/** What each run came to: a row for each run, evaluators with their intervals. */
export function summarySection(runs: readonly RunRecord[]): Section {
  const metrics = [...new Set(runs.flatMap(({ results }) => Object.keys(results)))];
  const units = Object.assign({}, ...runs.map(({ results }) => results)) as RunRecord['results'];
  const heading = (name: string): string => {
    const { unit, better } = units[name]!;
    return `${name}${unit === '' ? '' : ` (${unit})`}${better ? `, ${better} is better` : ''}`;
  };
  const rows = runs.map((run): Cell[] => [
    run.name,
    run.outcome === 'failed' ? { text: 'failed', mark: 'bad' } : run.outcome,
    run.step,
    run.seconds === null ? null : duration(run.seconds),
    run.parameters,
    finalValue(run.curves, 'loss'),
    ...metrics.map((name) => resultCell(run, name)),
  ]);
  const columns = ['run', 'outcome', 'steps', 'time', 'parameters', 'loss at the end (nats)', ...metrics.map(heading)];
  const caption = 'What the runs came to. The loss is the mean over the last fifth of the steps; in brackets the 95 % interval over samples, where it is known.'; // prettier-ignore
  const settings = runs.flatMap(({ settings, name }) => (Object.keys(settings).length > 0 ? [{ name, settings }] : []));
  const details = settings.map(({ name, settings }): Block => ({
    kind: 'details',
    summary: `How ${runs.length > 1 ? `${name} was` : 'it was'} measured`,
    text: Object.entries(settings).map(([evaluator, set]) => `${evaluator}: ${JSON.stringify(set)}`).join('\n'),
  })); // prettier-ignore
  return {
    ...{ id: 'summary', title: 'Summary' },
    blocks: [{ kind: 'table', table: { caption, columns, rows, groups: runs.map((_, at) => at), csv: 'summary' } }, ...details],
  };
}

function resultCell({ results, failures }: RunRecord, name: string): Cell {
  const result = results[name];
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
