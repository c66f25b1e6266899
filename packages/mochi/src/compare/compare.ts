import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeJson } from '@mochi/trainer';
import { readCurves } from './curves.js';
import type { CompareConfig } from './config.js';
import { jobsOf, type Job } from './jobs.js';
import { comparePage } from './plots.js';
import { readCompareConfig } from './read-config.js';
import { compareReport, runReport, type CompareReport } from './report.js';
import { runJobs, type JobEvent } from './run-jobs.js';
import { runsCsv } from './table.js';

export interface CompareOptions {
  /** Folder of the comparison. Default: runs/NAME. What is done there is not done again. */
  readonly out?: string;
  /** Runs at a time. Default 1: times are worth comparing only then. */
  readonly jobs?: number;
  /** `path=value`, laid upon the base of every run. */
  readonly overrides?: readonly string[];
  /** When aborted, runs in progress are saved and end; the next call goes on from there. */
  readonly signal?: AbortSignal;
  readonly onJob?: (event: JobEvent) => void;
}

/** The runs of a comparison, each with its config checked; nothing is started. @throws MOCHI_COMPARE_CONFIG */
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
 * compare.csv and compare.html to its folder; each run has its own folder there, named by the hash of its resolved config.
 *
 * @param file Of the comparison, YAML or JSON: see `compareConfig`.
 * @returns The report; a run that failed is in it and stops no other.
 * @throws MOCHI_COMPARE_CONFIG
 */
export async function compare(file: string, options: CompareOptions = {}): Promise<CompareReport & { readonly out: string }> {
  const { config, out, jobs } = await planComparison(file, options);
  await mkdir(out, { recursive: true });
  const { signal = new AbortController().signal, onJob = () => {} } = options;
  const records = await runJobs(jobs, { jobs: options.jobs ?? 1, signal, onJob });
  const curves = await Promise.all(jobs.map(({ runDir }) => readCurves(runDir)));
  const runs = jobs.map((job, at) => runReport(job, records.get(job.id), curves[at]!, config.metrics));
  const report = compareReport(config.name, config.metrics, runs);
  await writeJson(join(out, 'compare.json'), report);
  await writeFile(join(out, 'compare.csv'), runsCsv(report));
  await writeFile(join(out, 'compare.html'), comparePage(report, runs.map((run, at) => ({ ...run, curves: curves[at]! })))); // prettier-ignore
  return { ...report, out };
}
