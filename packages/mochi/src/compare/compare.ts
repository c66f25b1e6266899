import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readRun, renderPage, type Page } from '@mochi/report';
import { writeJson } from '@mochi/trainer';
import { nothingKnown, variantsWrong } from '../errors.js';
import { checkJobs } from './check-jobs.js';
import type { CompareConfig } from './config.js';
import { jobsOf, type Job } from './jobs.js';
import { countOthers, findKnownRuns } from './known-runs.js';
import { measuredMetrics, unmeasured } from './measured.js';
import { readCompareConfig } from './read-config.js';
import { readRecord, type JobRecord } from './record.js';
import { aboutMetrics, compareReport, runReport, type CompareReport } from './report.js';
import { runJobs, type JobEvent, type RunJobsOptions } from './run-jobs.js';
import { studyPage } from './study-page.js';
import { runsCsv, variantsCsv } from './table.js';

export interface CompareOptions {
  /** Folder of the comparison. Default: runs/NAME. What is done there is not done again. */
  readonly out?: string;
  /** Runs at a time. Default 1: times are worth comparing only then. */
  readonly jobs?: number;
  /** Nothing is trained: the report is made of what was done before. Default false. */
  readonly tableOnly?: boolean;
  /** `path=value`, laid upon the base of every run. */
  readonly overrides?: readonly string[];
  /** When aborted, runs in progress are saved and end; the next call goes on from there. */
  readonly signal?: AbortSignal;
  readonly onJob?: (event: JobEvent) => void;
}

/** The report of a comparison, and where it is. */
export interface Comparison extends CompareReport {
  readonly out: string;
  /** False where none of its runs is finished and the folder has finished ones with other options: tables and page of those stay. */
  readonly written: boolean;
}

/** The runs of a comparison, each with its config checked; nothing is started. @throws MOCHI_COMPARE_CONFIG naming every mistake. */
export async function planComparison(
  file: string,
  options: Pick<CompareOptions, 'out' | 'overrides'> = {},
): Promise<{ readonly config: CompareConfig; readonly out: string; readonly jobs: readonly Job[] }> {
  const config = await readCompareConfig(file);
  const out = resolve(options.out ?? join('runs', config.name));
  return { config, out, jobs: await jobsOf(config, { file, out, overrides: options.overrides ?? [] }) };
}

/**
 * Runs every combination of a comparison's options, each in a process of its own, and puts the results together. Writes compare.json,
 * compare.csv (a line for each run), variants.csv (one for each variant and metric) and compare.html to its folder; each run has its own
 * folder there, named by the hash of its resolved config.
 *
 * @param file Of the comparison, YAML or JSON: see `compareConfig`.
 * @returns The report; a run that failed is in it and stops no other.
 * @throws MOCHI_COMPARE_CONFIG before anything is trained or written: a variant cannot be put together, a metric will be measured by no run, or
 * `tableOnly` is asked of runs none of which is finished while the folder has finished ones with other options.
 */
export async function compare(file: string, options: CompareOptions = {}): Promise<Comparison> {
  const { config, out, jobs: planned } = await planComparison(file, options);
  const { signal = new AbortController().signal, onJob = () => {} } = options;
  const { jobs, records } = options.tableOnly
    ? await findKnownRuns(planned, out)
    : { jobs: planned, records: await checkAndRun(planned, file, config, { jobs: options.jobs ?? 1, signal, onJob }) };
  const others = await countOthers(jobs, out);
  // Tables of nothing would take the place of those of the runs that there are.
  const written = others === 0 || [...records.values()].some(({ outcome }) => outcome === 'finished');
  if (options.tableOnly && !written) throw nothingKnown(out, others);
  const told = await Promise.all(jobs.map(({ runDir }) => readRun(runDir)));
  const metrics = config.metrics ?? measuredMetrics(told);
  const runs = jobs.map((job, at) => runReport(job, records.get(job.id), told[at]!, metrics));
  const left = others === 0 ? [] : [otherRuns(others, out, written)];
  const warnings = [...left, ...unmeasured(config.metrics ?? [], told)];
  const report = compareReport(config.name, aboutMetrics(metrics, told), runs, config.baseline, warnings);
  if (written) await writeReport(out, report, studyPage(report, told, new Date()));
  return { ...report, out, written };
}

async function writeReport(out: string, report: CompareReport, page: Page): Promise<void> {
  await mkdir(out, { recursive: true });
  await writeJson(join(out, 'compare.json'), report);
  await writeFile(join(out, 'compare.csv'), runsCsv(report));
  await writeFile(join(out, 'variants.csv'), variantsCsv(report));
  await writeFile(join(out, 'compare.html'), await renderPage(page));
}

function otherRuns(others: number, out: string, written: boolean): string {
  const which = `${others} finished ${others === 1 ? 'run' : 'runs'} in ${join(out, 'runs')} have other options, and are not in the table`;
  return written ? which : `${which}; tables and page there are left as they are, since no run with these options is finished`;
}

/** Nothing is trained where a variant that is still to be run is wrong. */
async function checkAndRun(
  jobs: readonly Job[],
  file: string,
  { metrics }: CompareConfig,
  options: RunJobsOptions,
): Promise<ReadonlyMap<string, JobRecord>> {
  const done = await Promise.all(jobs.map(async ({ runDir }) => (await readRecord(runDir))?.outcome === 'finished'));
  const mistakes = done.every(Boolean) ? [] : await checkJobs(jobs, metrics ?? [], options.signal);
  const variants = new Set(jobs.map(({ variant }) => variant));
  if (mistakes.length > 0) throw variantsWrong(file, mistakes, variants.size);
  return runJobs(jobs, options);
}
