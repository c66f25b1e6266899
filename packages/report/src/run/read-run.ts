import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { costsOf, type Costs } from './costs.js';
import { curvesOf, linesThatCount, numberOf, parseLines, recordOf, type Curves, type EventLine, type Result } from './events.js';

/** An evaluator that threw, as the record of the run has it. */
export interface Failed {
  readonly evaluator: string;
  readonly step: number | null;
  readonly message: string;
}

/** What a run folder says, whichever version wrote it; what it does not say is among the `problems`. */
export interface RunRecord {
  readonly dir: string;
  /** Differs from that of every other run of the report. */
  readonly name: string;
  /** `unfinished`: in progress, or killed. */
  readonly outcome: 'finished' | 'stopped' | 'failed' | 'unfinished';
  readonly reason: string | null;
  readonly config: Readonly<Record<string, unknown>> | null;
  readonly environment: Readonly<Record<string, unknown>> | null;
  readonly parameters: number | null;
  readonly stepsPerEpoch: number | null;
  readonly step: number | null;
  readonly seconds: number | null;
  readonly curves: Curves;
  /** Before the first step, by `evaluator/metric`: of evaluators with `atStart`. */
  readonly starts: Readonly<Record<string, Result>>;
  /** The latest of each evaluator, by `evaluator/metric`. */
  readonly results: Readonly<Record<string, Result>>;
  /** What evaluators were set to, by their names. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly failures: readonly Failed[];
  readonly warnings: readonly string[];
  readonly skipped: number;
  readonly costs: Costs;
  /** Missing or broken files, in words for the reader. */
  readonly problems: readonly string[];
}

/** Reads a run folder. Nothing in it has to be there, but something of a run must be: else null. */
export async function readRun(path: string): Promise<Omit<RunRecord, 'name'> | null> {
  const dir = await runFolder(resolve(path));
  const problems: string[] = [];
  const json = (file: string, why: string) => readJson(join(dir, file), why, problems);
  const config = await json('config.json', 'the configuration is not shown');
  const environment = await json('environment.json', 'the environment is not shown');
  const events = await readFile(join(dir, 'events.jsonl'), 'utf8').catch(() => null);
  const summary = await json('summary.json', 'final results are the latest of the events');
  const job = recordOf(await readJson(join(dir, 'job.json'), '', []));
  if (config === null && events === null && summary === null) return null;
  if (events === null) problems.push('events.jsonl is missing, so there are no curves: the tracker jsonl writes it.');
  const { lines: all, broken } = parseLines(events ?? '');
  if (broken > 0) problems.push(`${broken} ${broken === 1 ? 'line' : 'lines'} of events.jsonl could not be read and ${broken === 1 ? 'is' : 'are'} left out.`); // prettier-ignore
  const later = await readFile(join(dir, 'evaluations.jsonl'), 'utf8').catch(() => ''); // what mochi eval measured afterwards
  const lines = [...linesThatCount(all), ...parseLines(later).lines];
  const told = fromEvents(lines);
  return {
    ...{ dir, config, environment, problems, ...told },
    ...outcomeOf(told.end, summary ?? {}, recordOf(job['failure'])),
    parameters: numberOf(summary?.['parameters']) ?? told.parameters,
    step: numberOf(summary?.['step']) ?? told.step,
    seconds: numberOf(summary?.['seconds']) ?? numberOf(told.end?.['seconds']) ?? null,
    curves: curvesOf(lines),
    results: { ...resultsOf(recordOf(summary?.['results'])), ...told.results },
    costs: costsOf(lines),
  };
}

/** Runs by distinct names: that of the config where it differs, else sampler and seed, else the folder's, else the whole path. */
export function nameRuns(runs: readonly Omit<RunRecord, 'name'>[]): RunRecord[] {
  const own = ({ config, dir }: Omit<RunRecord, 'name'>): string => (typeof config?.['name'] === 'string' ? config['name'] : basename(dir)); // prettier-ignore
  const ways = [
    own,
    samplerAndSeed,
    ({ dir }: Omit<RunRecord, 'name'>) => basename(dir),
    ({ dir }: Omit<RunRecord, 'name'>) => dir,
  ];
  const way = ways.find((nameOf) => new Set(runs.map(nameOf)).size === runs.length) ?? ways.at(-1)!;
  return runs.map((run) => ({ ...run, name: way(run) }));
}

/** `oracle + mochi, seed 2`: how the runs of a comparison mostly differ. */
function samplerAndSeed({ config, dir }: Omit<RunRecord, 'name'>): string {
  const sampler = config?.['sampler'];
  const names = (Array.isArray(sampler) ? sampler : [sampler]).map((one) => recordOf(one)['name']);
  return names.every((name) => typeof name === 'string')
    ? `${names.join(' + ')}, seed ${String(config?.['seed'])}`
    : basename(dir);
}

/** The run that a checkpoint folder belongs to, or the folder itself. */
async function runFolder(dir: string): Promise<string> {
  return /[\\/]checkpoints[\\/]step-\d+$/.test(dir) ? join(dir, '..', '..') : dir;
}

async function readJson(path: string, why: string, problems: string[]): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    return recordOf(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    problems.push(`${basename(path)} ${missing ? 'is missing' : 'cannot be read'}: ${why}.`);
    return null;
  }
}

function fromEvents(lines: readonly EventLine[]) {
  const ofType = (type: string): readonly EventLine[] => lines.filter((line) => line.type === type);
  const start = ofType('run-start').at(-1);
  const evaluations = ofType('evaluation-end').toSorted((a, b) => (numberOf(a['step']) ?? 0) - (numberOf(b['step']) ?? 0));
  return {
    results: measuredBy(evaluations),
    starts: measuredBy(evaluations.filter(({ step }) => step === 0)),
    end: ofType('run-end').at(-1),
    settings: Object.fromEntries(evaluations.map((line) => [String(line['evaluator']), line['settings']])),
    parameters: numberOf(start?.['parameters']) ?? null,
    stepsPerEpoch: numberOf(start?.['stepsPerEpoch']) ?? null,
    step: lines.reduce<number | null>(
      (last, { step }) => (numberOf(step) === undefined ? last : Math.max(last ?? 0, numberOf(step)!)),
      null,
    ),
    skipped: ofType('sample-skipped').length,
    warnings: [...new Set(ofType('warning').map((line) => `${String(line['source'])}: ${String(line['message'])}`))],
    failures: ofType('evaluation-failed').map((line) => ({
      evaluator: String(line['evaluator']),
      step: numberOf(line['step']) ?? null,
      message: [line['code'], line['message']].filter((part) => typeof part === 'string').join(': '),
    })),
  };
}

/** By `evaluator/metric`: what the last of the lines says. */
function measuredBy(evaluations: readonly EventLine[]): Record<string, Result> {
  const named = evaluations.flatMap((line) => Object.entries(recordOf(line['metrics'])).map(([name, value]) => [`${String(line['evaluator'])}/${name}`, value] as const)); // prettier-ignore
  return resultsOf(Object.fromEntries(named));
}

function outcomeOf(
  end: EventLine | undefined,
  summary: Readonly<Record<string, unknown>>,
  failure: Readonly<Record<string, unknown>>,
): Pick<RunRecord, 'outcome' | 'reason'> {
  const told = end?.['outcome'] ?? summary['outcome'];
  const outcome = told === 'finished' || told === 'stopped' || told === 'failed' ? told : 'unfinished';
  const reason = end?.['reason'] ?? summary['reason'];
  if (typeof failure['message'] === 'string') return { outcome: 'failed', reason: failure['message'] };
  return { outcome, reason: typeof reason === 'string' ? reason : null };
}

const resultsOf = (given: Readonly<Record<string, unknown>>): Record<string, Result> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, measured]) => {
      const { value, unit, better, low, high, n } = recordOf(measured);
      if (numberOf(value) === undefined) return [];
      const direction = better === 'higher' || better === 'lower' ? { better } : {};
      const interval = numberOf(low) !== undefined && numberOf(high) !== undefined ? { low, high } : {};
      const count = numberOf(n) === undefined ? {} : { n };
      return [[name, { value, unit: typeof unit === 'string' ? unit : '', ...direction, ...interval, ...count } as Result]];
    }),
  );

/** Run folders of a path: itself, or those of a comparison (its folder `runs`). */
export async function runFoldersIn(path: string): Promise<string[]> {
  const inner = join(path, 'runs');
  const isComparison = await stat(join(path, 'config.json')).then(() => false, () => true); // prettier-ignore
  const names = isComparison ? await readdir(inner).catch(() => []) : [];
  return names.length > 0 ? names.sort().map((name) => join(inner, name)) : [path];
}
