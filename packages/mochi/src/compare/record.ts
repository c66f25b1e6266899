import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMochiError } from '@mochi/contract';
import { causeOf } from '@mochi/core';
import type { Results } from '@mochi/trainer';

/** Why a run failed. `code` is one of docs/errors.md, or null for what is no MochiError. */
export interface Failure {
  readonly code: string | null;
  readonly message: string;
  /** Where in a plugin's own code it came from, innermost first. Absent: no plugin's code took part. */
  readonly frames?: readonly string[];
}

/** Why a run failed, as its record keeps it. */
export function failureOf(error: unknown): Failure {
  const { frames } = causeOf(error);
  const where = frames.length > 0 ? { frames } : {};
  if (isMochiError(error)) return { code: error.code, message: error.happened, ...where };
  return { code: null, message: error instanceof Error ? error.message : String(error), ...where };
}

/** What steps cost, in the process that ran the last of them; the first steps, which are compiled, left out. */
export interface Cost {
  /** Median of wall time, wait for data included. */
  readonly stepMs: number;
  /** Median of processor time of the whole process, data and logging included. */
  readonly cpuMs: number;
  /** Steps that were measured. */
  readonly steps: number;
}

/** What a run leaves when it is over: `job.json` in its folder. Its absence means that there is something to do. */
export type JobRecord =
  | {
      readonly outcome: 'finished';
      readonly step: number;
      readonly seconds: number;
      /** SHA-256 of everything but plugins' state before the first step: weights, optimizer, banks. */
      readonly initialSha256: string | null;
      readonly stateSha256: string;
      readonly results: Results;
      /** Null where too few steps were left to measure. */
      readonly cost: Cost | null;
    }
  | { readonly outcome: 'failed'; readonly failure: Failure };

export const RECORD_FILE = 'job.json';
/** The resolved config of a run, as its process reads it. */
export const INPUT_FILE = 'job-config.json';

/** Undefined where the run is not over. */
export async function readRecord(runDir: string): Promise<JobRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(runDir, RECORD_FILE), 'utf8')) as JobRecord;
  } catch {
    return undefined; // not there yet: it is written whole or not at all
  }
}
