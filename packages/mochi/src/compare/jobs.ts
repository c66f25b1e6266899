import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { isMochiError } from '@mochi/contract';
import { comparisonTwice, unknownBaseline, variantsWrong } from '../errors.js';
import { openRun, type ConfigInput, type OpenOptions } from '../open-run.js';
import { presets } from '../presets/index.js';
import { mistakeOf, type Mistake } from './check-jobs.js';
import type { CompareConfig } from './config.js';
import { pointsOf, type Point } from './grid.js';

/** One run of a comparison. */
export interface Job {
  readonly variant: string;
  readonly seed: number | null;
  /** The resolved config, every default filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Of the resolved config: equal configs are one run. */
  readonly id: string;
  readonly runDir: string;
}

export interface JobOptions {
  /** Of the file of the comparison: its paths start at its folder. */
  readonly file: string;
  /** Where the folders of the runs go. */
  readonly out: string;
  /** Laid upon the base, before what varies. */
  readonly overrides: readonly string[];
}

/**
 * The runs of a comparison, each with its config checked. Nothing is started.
 *
 * @throws MOCHI_COMPARE_CONFIG when two variants would be called the same, none is called what the baseline is, or configs are wrong: it names all
 * that are.
 */
export async function jobsOf(comparison: CompareConfig, options: JobOptions): Promise<Job[]> {
  const points = pointsOf(comparison.vary);
  const keys = points.map(({ variant, seed }) => `${variant} ${String(seed)}`);
  const twice = points.find((_, at) => keys.indexOf(keys[at]!) !== at);
  if (twice) throw comparisonTwice(options.file, twice.variant);
  const { baseline } = comparison;
  const variants = [...new Set(points.map(({ variant }) => variant))];
  if (baseline !== undefined && !variants.includes(baseline)) throw unknownBaseline(options.file, baseline, variants);
  const jobs: Job[] = [];
  const mistakes: Mistake[] = [];
  for (const point of points) {
    try {
      jobs.push(await jobOf(point, comparison, options));
    } catch (error) {
      if (!isMochiError(error)) throw error;
      mistakes.push({ variant: point.variant, message: mistakeOf(error) });
    }
  }
  if (mistakes.length > 0) throw variantsWrong(options.file, mistakes, variants.length);
  return jobs;
}

async function jobOf(point: Point, comparison: CompareConfig, { file, out, overrides }: JobOptions): Promise<Job> {
  // Events are what tables and curves are made of; progress lines of several runs would be mixed up.
  const laid = [...overrides, ...point.overrides, 'trackers=[jsonl]'];
  const { config, id } = await resolvedJob(baseOf(comparison, file), { overrides: laid, cwd: dirname(resolve(file)) });
  return { variant: point.variant, seed: config['seed'] as number, config, id, runDir: join(out, 'runs', id) };
}

/** A config with every default filled in, and the id that it has then. */
export async function resolvedJob(given: ConfigInput, options: OpenOptions = {}): Promise<Pick<Job, 'config' | 'id'>> {
  const host = await openRun(given, options);
  const config = host.config as Readonly<Record<string, unknown>>;
  await host.dispose();
  return { config, id: hashOf(config) };
}

/** The shared config, with the metrics of negatives switched on; options that it gives them itself stay. */
function baseOf({ base, run }: CompareConfig, file: string): Record<string, unknown> {
  const metrics = 'negative-metrics';
  if (base === undefined) return { ...run, plugins: [...((run!['plugins'] as unknown[] | undefined) ?? []), metrics] };
  const named = Object.hasOwn(presets, base) ? base : resolve(dirname(resolve(file)), base);
  return { extends: named, plugins: [metrics] };
}

const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12);

/** JSON with the keys of every object in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, node: unknown) =>
    typeof node === 'object' && node !== null && !Array.isArray(node)
      ? Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
      : node,
  );
