import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { ModelFacts, ModelMetric } from '@mochi/contract';
import { readJson, readManifest, SUMMARY_FILE } from '@mochi/trainer';

type Metrics = Readonly<Record<string, Omit<ModelMetric, 'better'> & { readonly better?: string }>>;

/**
 * What was measured of a checkpoint by its run, by `evaluator/metric`. The events of the run say most: unit, interval, the settings that were used, and
 * the value before the first step. Where it has none (no tracker `jsonl`), its summary has the last results, and its config the options.
 */
export async function measuredMetrics(
  checkpoint: string,
  config: Readonly<Record<string, unknown>>,
): Promise<ModelFacts['metrics']> {
  const { position, metrics } = await readManifest(checkpoint);
  const runDir = resolve(checkpoint, '..', '..');
  const summary = await readJson<{ step?: number; results?: Metrics }>(resolve(runDir, SUMMARY_FILE)).catch(
    (): { step?: number; results?: Metrics } => ({}),
  );
  const noted = Object.entries(metrics).map(([name, value]) => [name, { value, unit: '', better: '' }] as const);
  const known = summary.step === position.step && summary.results ? summary.results : Object.fromEntries(noted);
  const { now, atStart } = await evaluationsIn(resolve(runDir, 'events.jsonl'), position.step);
  const entries = Object.entries({ ...withOptions(known, config), ...now });
  return Object.fromEntries(
    entries.map(([name, metric]) => {
      const before = position.step > 0 ? atStart[name] : undefined;
      const told = { ...metric, better: metric.better ?? '' }; // of a metric without a direction
      return [name, before ? { ...told, atStart: before.value } : told];
    }),
  );
}

/** Results at a step, and at step 0; the later of two of one step. */
async function evaluationsIn(path: string, step: number): Promise<{ now: Metrics; atStart: Metrics }> {
  const found = { now: {} as Record<string, Metrics[string]>, atStart: {} as Record<string, Metrics[string]> };
  if (!(await access(path).then(() => true, () => false))) return found; // prettier-ignore
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (!line.includes('"evaluation-end"')) continue; // of millions of lines, few
    const event = parsed(line);
    if (event?.type !== 'evaluation-end') continue;
    const metrics = Object.entries(event.metrics).map(([name, metric]) => [
      `${event.evaluator}/${name}`,
      { ...metric, settings: event.settings },
    ]);
    if (event.step === step) Object.assign(found.now, Object.fromEntries(metrics));
    if (event.step === 0) Object.assign(found.atStart, Object.fromEntries(metrics));
  }
  return found;
}

interface EvaluationLine {
  readonly type: string;
  readonly evaluator: string;
  readonly step: number;
  readonly metrics: Metrics;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Undefined for the last line of a run that was killed while it wrote. */
function parsed(line: string): EvaluationLine | undefined {
  try {
    return JSON.parse(line) as EvaluationLine;
  } catch {
    return undefined;
  }
}

/** Each with the options that its evaluator had in the run. */
function withOptions(metrics: Metrics, { evaluators }: Readonly<Record<string, unknown>>): Metrics {
  const entries = (Array.isArray(evaluators) ? evaluators : []) as {
    readonly name: string;
    readonly as?: string;
    readonly every?: unknown;
    readonly atStart?: unknown;
  }[];
  return Object.fromEntries(
    Object.entries(metrics).map(([metric, measured]) => {
      const entry = entries.find(({ name, as }) => metric.startsWith(`${as ?? name}/`));
      if (!entry) return [metric, measured];
      const { name: _, as: __, every: ___, atStart: ____, ...settings } = entry;
      return [metric, { ...measured, settings }];
    }),
  );
}
