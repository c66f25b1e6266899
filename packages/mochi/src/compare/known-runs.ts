import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from '@mochi/trainer';
import { resolvedJob, type Job } from './jobs.js';
import { INPUT_FILE, readRecord, type JobRecord } from './record.js';

/** The jobs with the folders in which they were done, where another version of mochi did them, and their records. */
export interface KnownRuns {
  readonly jobs: readonly Job[];
  readonly records: ReadonlyMap<string, JobRecord>;
}

/**
 * Finds what was done of a comparison, without doing any of it. A folder is named by the hash of its config, defaults included, so an option
 * that came later changes the name: such a folder is known by its config, with the defaults that it lacks filled in.
 *
 * @param out Folder of the comparison.
 */
export async function findKnownRuns(jobs: readonly Job[], out: string): Promise<KnownRuns> {
  const names = await folders(out);
  const earlier = new Map<string, string>(); // folders by the id that they would have now
  for (const name of names.filter((name) => !jobs.some(({ id }) => id === name))) {
    const id = await idNow(join(out, 'runs', name));
    if (id !== null) earlier.set(id, name);
  }
  const found = jobs.map((job): Job => {
    const name = names.includes(job.id) ? undefined : earlier.get(job.id);
    return name === undefined ? job : { ...job, id: name, runDir: join(out, 'runs', name) };
  });
  const records = new Map<string, JobRecord>();
  for (const job of found) {
    const record = await readRecord(job.runDir);
    if (record) records.set(job.id, record);
  }
  return { jobs: found, records };
}

/** How many finished runs are in the folder of a comparison that are none of the jobs. */
export async function countOthers(jobs: readonly Job[], out: string): Promise<number> {
  const others = (await folders(out)).filter((name) => !jobs.some(({ id }) => id === name));
  const records = await Promise.all(others.map((name) => readRecord(join(out, 'runs', name))));
  return records.filter((record) => record?.outcome === 'finished').length;
}

const folders = (out: string): Promise<string[]> => readdir(join(out, 'runs')).catch(() => []);

/** Null where there is no config, or none that this version takes. */
async function idNow(runDir: string): Promise<string | null> {
  try {
    return (await resolvedJob(await readJson<Record<string, unknown>>(join(runDir, INPUT_FILE)))).id;
  } catch {
    return null;
  }
}
