import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { chartsIn, chartTable, nameRuns, readRun, renderPage, reportPage, runFoldersIn, toCsv, type LookedAt, type Page, type RunRecord } from '@mochi/report'; // prettier-ignore
import { nothingToReport } from '../errors.js';
import { lookAtRun, sayError, type LookOptions } from './look-at-run.js';

export interface ReportOptions extends LookOptions {
  /** File to write. Default: report.html in the folder of the first run. */
  readonly out?: string;
  readonly title?: string;
  /** Whether the encoders are opened, for maps, neighbours, confusion and views. Without it TensorFlow is not started. Default true. */
  readonly look?: boolean;
  /** Folder for the data of each chart, as CSV. Default: not written; the page offers them. */
  readonly csv?: string;
  /** Told what is being done. */
  readonly onProgress?: (line: string) => void;
}

export interface Report {
  /** The file, absolute. */
  readonly out: string;
  readonly runs: readonly RunRecord[];
  /** What the report says first: failures of runs and evaluators, missing files. */
  readonly notes: Page['notes'];
}

/**
 * Writes a report of runs: one HTML file that needs no network. A run that failed, is in progress or was written by an older version is in it
 * with what it has.
 *
 * @param paths Run folders, checkpoints, or folders of comparisons, which stand for all of their runs.
 * @throws MOCHI_REPORT_NO_RUN where none of them is a run.
 */
export async function report(paths: readonly string[], options: ReportOptions = {}): Promise<Report> {
  const { onProgress = () => {} } = options;
  const folders = (await Promise.all(paths.map(runFoldersIn))).flat();
  const read = await Promise.all(folders.map(readRun));
  const missing = folders.filter((_, at) => read[at] === null);
  if (read.every((run) => run === null)) throw nothingToReport(paths);
  const runs = nameRuns(read.filter((run) => run !== null));
  const looked: LookedAt[] = [];
  for (const run of runs) {
    if (options.look !== false) onProgress(`${run.name}: looking through its encoder`);
    looked.push(await lookedAt(run, options));
  }
  const page = reportPage(runs, looked, { date: new Date(), ...(options.title ? { title: options.title } : {}) });
  const none = missing.map((folder) => ({ level: 'error' as const, text: `${folder} is no run folder: it is left out.` }));
  const notes = [...none, ...page.notes];
  const out = resolve(options.out ?? join(runs[0]!.dir, 'report.html'));
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, await renderPage({ ...page, notes }));
  if (options.csv !== undefined) await writeCsv(options.csv, page);
  return { out, runs, notes };
}

async function lookedAt({ name, dir }: RunRecord, options: ReportOptions): Promise<LookedAt> {
  if (options.look === false) return { name, images: null, problem: 'the encoder was not opened, as was asked for.' };
  try {
    return { name, images: await lookAtRun(dir, options), problem: null };
  } catch (error) {
    options.signal?.throwIfAborted();
    return { name, images: null, problem: `the encoder could not be opened. ${sayError(error)}` };
  }
} // prettier-ignore

async function writeCsv(folder: string, { sections, groups }: Page): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { blocks } of sections)
    for (const chart of chartsIn(blocks)) await writeFile(join(folder, `${chart.id}.csv`), toCsv(chartTable(chart, groups)));
}
