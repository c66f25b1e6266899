import { access, copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OptionChange } from '@mochi/contract';
import { batchChanged } from '../errors.js';
import { CONFIG_FILE, readJson, runOf, writeJson } from './run-folder.js';

/** Options that change nothing that is trained: how long, how it is watched and measured, and with what means. */
const HARMLESS = /^(name|trackers|evaluators|exporters|runtime|train\.(steps|epochs|logEvery|checkpoint|earlyStopping))(\.|$)/;
/** Differences that a warning lists. */
const LISTED = 10;

export interface Resumption {
  readonly runDir: string | null;
  /** Run folder or checkpoint that the run goes on from; null where it starts anew. */
  readonly from: string | null;
  /** Steps that were done before. */
  readonly step: number;
  /** Whether there is a step left to do. */
  readonly trains: boolean;
}

/**
 * Steps of another size would neither add up to the epochs of the run nor end where its schedule does.
 *
 * @param from Run folder or checkpoint that the run goes on from. @throws MOCHI_BATCH_CHANGED
 */
export async function requireSameBatch(from: string, batchSize: number): Promise<void> {
  type Recorded = { readonly train?: { readonly batchSize?: number } } | null;
  const before = (await readJson<Recorded>(join(runOf(from), CONFIG_FILE)).catch(() => null))?.train?.batchSize;
  if (before !== undefined && before !== batchSize) throw batchChanged(before, batchSize);
}

/**
 * Writes the config of a run to its folder. One that is resumed keeps the record of what it was trained with: as it is where no step is left,
 * in a file of its own, `config.step-N.json`, where training goes on with other options.
 *
 * @returns What to warn of: options that differ from those of the steps before. Null where none does that changes what is trained.
 */
export async function recordConfig(config: unknown, { runDir, from, step, trains }: Resumption): Promise<string | null> {
  const file = runDir === null ? null : join(runDir, CONFIG_FILE);
  const now = JSON.parse(JSON.stringify(config)) as unknown;
  const resumed = from !== null && step > 0;
  const before = resumed ? await readJson<unknown>(join(runOf(from), CONFIG_FILE)).catch(() => null) : null;
  const kept = file !== null && resumed ? await readJson<unknown>(file).catch(() => null) : null;
  if (file !== null && (kept === null || trains)) {
    if (kept === null && before !== null) await copyEarlier(runOf(from!), runDir!, step);
    const earlier = kept ?? before; // that of the run it goes on from, where its folder is new
    if (earlier !== null && differences(earlier, now).length > 0) await keep(earlier, join(runDir!, `config.step-${step}.json`));
    await writeJson(file, now);
  }
  const told = before === null ? [] : trainedDifferences(before, now);
  if (told.length === 0) return null;
  const left = told.length > LISTED ? `; and ${told.length - LISTED} more` : '';
  const where = trains
    ? `What held until step ${step} ${file === null ? `is in ${join(runOf(from!), CONFIG_FILE)}` : `is kept as config.step-${step}.json`}. Resume with the same config and overrides to go on with the same run.`
    : 'No step is left to train: config.json stays as it was.';
  return `Options differ from those that steps 1 to ${step} were trained with: ${told.slice(0, LISTED).join('; ')}${left}. ${where}`;
}

/** Steps until which a run had another config, in order. */
const recordedSteps = async (runDir: string): Promise<number[]> =>
  (await readdir(runDir))
    .flatMap((name) => /^config\.step-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);

/** A run that goes on from another has that one's past too. @param until Steps done there. */
async function copyEarlier(from: string, to: string, until: number): Promise<void> {
  for (const step of (await recordedSteps(from)).filter((each) => each < until))
    await copyFile(join(from, `config.step-${step}.json`), join(to, `config.step-${step}.json`));
}

/** After which steps of its first `until` a run went on with other options, by the records in its folder. */
export async function optionChanges(runDir: string, until: number): Promise<OptionChange[]> {
  const steps = await recordedSteps(runDir);
  const files = [...steps.map((step) => `config.step-${step}.json`), CONFIG_FILE];
  const configs = await Promise.all(files.map((name) => readJson<unknown>(join(runDir, name))));
  return steps
    .map((step, at) => ({ step, options: trainedDifferences(configs[at], configs[at + 1]).map(optionOf) }))
    .filter(({ step, options }) => step < until && options.length > 0);
}

const optionOf = (line: string): string => line.split(':')[0]!;

/** Those that change what is trained. */
const trainedDifferences = (before: unknown, now: unknown): string[] =>
  differences(before, now).filter((line) => !HARMLESS.test(optionOf(line)));

/** The first record of a step stays: what came after it and was resumed from there again left no step behind. */
async function keep(config: unknown, file: string): Promise<void> {
  const taken = await access(file).then(() => true, () => false); // prettier-ignore
  if (!taken) await writeJson(file, config);
}

/** `path: old -> new` for each option in which two configs differ; a plugin that took another's place is one line. */
export function differences(before: unknown, now: unknown, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  const whole = !isTree(before) || !isTree(now) || Array.isArray(before) !== Array.isArray(now);
  if (
    whole ||
    nameOf(before) !== nameOf(now) ||
    (Array.isArray(before) && before.length !== (now as unknown as unknown[]).length)
  )
    return [`${path}: ${brief(before)} -> ${brief(now)}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.flatMap((key) => differences(before[key], now[key], path === '' ? key : `${path}.${key}`));
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Of the plugin that a section names. The name of the run itself is an option like any other. */
const nameOf = (tree: Record<string, unknown>): unknown => ('train' in tree ? undefined : tree['name']);

function brief(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (Array.isArray(value) && value.every(isTree)) return value.map(brief).join(' + ') || 'none';
  const name = isTree(value) ? value['name'] : undefined;
  return typeof name === 'string' ? name : JSON.stringify(value);
}
