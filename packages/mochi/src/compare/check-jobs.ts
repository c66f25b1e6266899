import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suggest } from '@mochi/core';
import type { Job } from './jobs.js';
import { failureOf } from './record.js';

/** What putting a run together found: its evaluators with the metrics that they declare, or what is wrong. */
export type Checked =
  | { readonly mistake: string }
  | { readonly evaluators: readonly { readonly name: string; readonly metrics: readonly string[] }[] };

/** What is wrong with a variant. */
export interface Mistake {
  readonly variant: string;
  readonly message: string;
}

/** With the code, and the place in a plugin's own code where it has one. */
export function mistakeOf(error: unknown): string {
  const { code, message, frames } = failureOf(error);
  const where = frames?.[0] === undefined ? '' : ` (${frames[0]})`;
  return `${code === null ? '' : `${code}: `}${message}${where}`;
}

/**
 * Puts one run of each variant together as training would, up to the first tensor: samplers against banks, evaluators against the data, and so on.
 *
 * @param metrics Columns that were asked for: one of an evaluator that no run has, or that it does not measure, is a mistake.
 */
export async function checkJobs(jobs: readonly Job[], metrics: readonly string[], signal: AbortSignal): Promise<Mistake[]> {
  const ones = [...new Map([...jobs].reverse().map((job) => [job.variant, job])).values()].reverse();
  const found: Checked[] = [];
  const mistakes: Mistake[] = [];
  for (const group of byEngine(ones)) {
    const checked = await runCheck(group, signal);
    found.push(...checked);
    checked.forEach((one, at) => 'mistake' in one && mistakes.push({ variant: group[at]!.variant, message: one.mistake }));
  }
  return found.length < ones.length ? mistakes : [...mistakes, ...unmeasurable(metrics, found)];
}

/** A process starts TensorFlow once, so runs that want it started otherwise are checked in another one. */
function byEngine(jobs: readonly Job[]): Job[][] {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) {
    const key = JSON.stringify(job.config['runtime'] ?? null);
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  return [...groups.values()];
}

/** Empty where the process died or was stopped: the runs themselves will say why. */
function runCheck(jobs: readonly Job[], signal: AbortSignal): Promise<readonly Checked[]> {
  const path = fileURLToPath(new URL('./check-process.js', import.meta.url));
  const child = fork(path, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], signal });
  return new Promise((settle) => {
    child.on('error', () => settle([]));
    child.on('exit', () => settle([]));
    child.on('message', (found) => settle(found as Checked[]));
    child.send(jobs.map(({ config }) => config), () => {}); // prettier-ignore
  });
}

/** Metrics of evaluators that no run measures. One that declares none may measure anything; a name without / is of the step. */
export function unmeasurable(metrics: readonly string[], found: readonly Checked[]): Mistake[] {
  if (found.some((one) => 'mistake' in one)) return [];
  const evaluators = found.flatMap((one) => ('evaluators' in one ? one.evaluators : []));
  const known = [...new Set(evaluators.flatMap(({ name, metrics }) => metrics.map((metric) => `${name}/${metric}`)))];
  const isOpen = (name: string): boolean => evaluators.some((one) => one.metrics.length === 0 && name.startsWith(`${one.name}/`));
  return metrics
    .filter((name) => name.includes('/') && !known.includes(name) && !isOpen(name))
    .map((name) => {
      const near = suggest(name, known);
      const hint = near === undefined ? '' : ` Did you mean ${near}?`;
      return { variant: 'metrics', message: `No run will measure "${name}".${hint} Evaluators measure: ${known.join(', ') || 'nothing, there is none'}.` };
    }); // prettier-ignore
}
