import { fork } from 'node:child_process';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job } from './jobs.js';
import { INPUT_FILE, readRecord, RECORD_FILE, type JobRecord } from './record.js';

/** What happens to a run, for whoever watches. `known`: it was done before. */
export interface JobEvent {
  readonly type: 'start' | 'end' | 'known' | 'stopped';
  readonly job: Job;
  readonly record?: JobRecord;
}

export interface RunJobsOptions {
  /** Runs at a time. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly onJob: (event: JobEvent) => void;
}

const LOG_FILE = 'log.txt';

/**
 * Runs what is not done yet, so many at a time, each in a process of its own. A run that fails stops no other; one that failed before starts anew;
 * one that was interrupted goes on from its newest checkpoint.
 *
 * @returns Records by id; a run that the signal stopped has none.
 */
export async function runJobs(jobs: readonly Job[], options: RunJobsOptions): Promise<ReadonlyMap<string, JobRecord>> {
  const records = new Map<string, JobRecord>();
  const waiting = [...new Map(jobs.map((job) => [job.id, job])).values()];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const record = await runOnce(job, options);
      if (record) records.set(job.id, record);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  return records;
}

async function runOnce(job: Job, { signal, onJob }: RunJobsOptions): Promise<JobRecord | undefined> {
  const before = await readRecord(job.runDir);
  if (before?.outcome === 'finished') {
    onJob({ type: 'known', job, record: before });
    return before;
  }
  if (signal.aborted) return undefined;
  if (before) await rm(job.runDir, { recursive: true, force: true });
  await mkdir(job.runDir, { recursive: true });
  await writeFile(join(job.runDir, INPUT_FILE), `${JSON.stringify(job.config, null, 2)}\n`);
  onJob({ type: 'start', job });
  const died = await runProcess(job.runDir, signal);
  const record: JobRecord | undefined =
    (await readRecord(job.runDir)) ?? (died === null ? undefined : { outcome: 'failed', failure: { code: null, message: died } });
  if (died !== null) await writeFile(join(job.runDir, RECORD_FILE), JSON.stringify(record));
  onJob({ type: record ? 'end' : 'stopped', job, ...(record ? { record } : {}) });
  return record;
}

/** @returns How the process died, or null where it ended by itself. */
async function runProcess(runDir: string, signal: AbortSignal): Promise<string | null> {
  const log = await open(join(runDir, LOG_FILE), 'a');
  const child = fork(fileURLToPath(new URL('./job-process.js', import.meta.url)), [runDir], {
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  const stop = (): void => void (child.connected && child.send('stop'));
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await new Promise((settle, reject) => {
      child.on('error', reject);
      child.on('exit', (code, killed) => {
        settle(code === 0 ? null : `the process ended with ${killed ?? `code ${code}`}; see ${join(runDir, LOG_FILE)}`);
      });
    });
  } finally {
    signal.removeEventListener('abort', stop);
    await log.close();
  }
}
