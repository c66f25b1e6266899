import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from '@mochi/trainer';
import type { Job } from './jobs.js';
import { INPUT_FILE, readRecord, type JobRecord } from './record.js';

/** The jobs with the folders in which they were done, where another version of mochi did them, and their records. */
export interface KnownRuns {
  readonly jobs: readonly Job[];
  readonly records: ReadonlyMap<string, JobRecord>;
  /** Finished runs in the folder that are none of the jobs. */
  readonly others: number;
}

/**
 * Finds what was done of a comparison, without doing any of it. A folder is named by the hash of its config, defaults included, so an option
 * that came later changes the name: such a folder is known by its config, which says what the job's says wherever it says anything.
 *
 * @param out Folder of the comparison.
 */
export async function findKnownRuns(jobs: readonly Job[], out: string): Promise<KnownRuns> {
  const stored = await storedConfigs(join(out, 'runs'));
  const found = jobs.map((job): Job => {
    if (stored.some(({ id }) => id === job.id)) return job;
    const like = stored.find(({ config }) => isWithin(config, job.config));
    return like ? { ...job, id: like.id, runDir: join(out, 'runs', like.id) } : job;
  });
  const records = new Map<string, JobRecord>();
  for (const job of found) {
    const record = await readRecord(job.runDir);
    if (record) records.set(job.id, record);
  }
  const ids = new Set(found.map(({ id }) => id));
  const rest = await Promise.all(stored.filter(({ id }) => !ids.has(id)).map(({ id }) => readRecord(join(out, 'runs', id))));
  return { jobs: found, records, others: rest.filter((record) => record?.outcome === 'finished').length };
}

async function storedConfigs(folder: string): Promise<{ id: string; config: unknown }[]> {
  const ids = await readdir(folder).catch(() => []);
  const read = ids.map(async (id) => {
    const config = await readJson<unknown>(join(folder, id, INPUT_FILE)).catch(() => null);
    return config === null ? [] : [{ id, config }];
  });
  return (await Promise.all(read)).flat();
}

/** Whether a tree says all that another says, and possibly more. */
export function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return part === whole;
  if (typeof whole !== 'object' || whole === null || Array.isArray(part) !== Array.isArray(whole)) return false;
  if (Array.isArray(part) && part.length !== (whole as unknown[]).length) return false;
  return Object.entries(part).every(([key, value]) => isWithin(value, (whole as Record<string, unknown>)[key]));
}
