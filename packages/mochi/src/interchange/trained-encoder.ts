import { join } from 'node:path';
import type { DataFingerprint, ModelFacts, TrainedEncoder } from '@mochi/contract';
import { DATA_FILE, readJson, readManifest, SUMMARY_FILE, type Fingerprint } from '@mochi/trainer';
import { encoderWeights, type OpenedEncoder } from '../open-encoder.js';
import { preprocessingOf } from './preprocessing.js';

/** An opened encoder with all that somebody else needs in order to use it. It lives as long as what was opened. */
export async function trainedEncoder(opened: OpenedEncoder, encoder = 'query'): Promise<TrainedEncoder> {
  const { host, position, checkpoint, config } = opened;
  const facts: ModelFacts = {
    name: host.config.name,
    config,
    step: position.step,
    epoch: position.epoch,
    metrics: checkpoint === null ? {} : withSettings(await metricsOf(checkpoint), config),
    fingerprint: () => recordedData(checkpoint, config),
  };
  return {
    encoder: opened.encoder,
    weights: encoderWeights(opened, encoder),
    preprocessing: preprocessingOf(opened.augmentation),
    facts,
  };
}

/** Those of the finished run where this is its last checkpoint; else those that the checkpoint notes, without units. */
async function metricsOf(checkpoint: string): Promise<ModelFacts['metrics']> {
  const { position, metrics } = await readManifest(checkpoint);
  const summary = await readJson<{ step?: number; results?: ModelFacts['metrics'] }>(
    join(checkpoint, '..', '..', SUMMARY_FILE),
  ).catch(() => ({}) as never);
  if (summary.step === position.step && summary.results)
    return Object.fromEntries(Object.entries(summary.results).map(([name, result]) => [name, { ...result, better: result.better ?? '' }])); // prettier-ignore
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, { value, unit: '', better: '' }]));
}

/** Each with the options that its evaluator had in the run. */
function withSettings(metrics: ModelFacts['metrics'], { evaluators }: OpenedEncoder['config']): ModelFacts['metrics'] {
  const entries = (Array.isArray(evaluators) ? evaluators : []) as {
    readonly name: string;
    readonly as?: string;
    readonly every?: unknown;
  }[];
  return Object.fromEntries(
    Object.entries(metrics).map(([metric, measured]) => {
      const entry = entries.find(({ name, as }) => metric.startsWith(`${as ?? name}/`));
      if (!entry) return [metric, measured];
      const { name: _, as: __, every: ___, ...settings } = entry;
      return [metric, { ...measured, settings }];
    }),
  );
}

/** What the run wrote down of its images when it began: they may be elsewhere by now. */
async function recordedData(checkpoint: string | null, { data }: OpenedEncoder['config']): Promise<DataFingerprint> {
  const named = typeof data === 'object' && data !== null ? (data as { name?: unknown }).name : data;
  const path = checkpoint === null ? null : join(checkpoint, '..', '..', DATA_FILE);
  const recorded = path === null ? null : await readJson<Fingerprint>(path).catch(() => null);
  if (!recorded) return { dataset: String(named), splits: [] };
  const { dataset, split, count, classes = null, bytes, namesSha256 } = recorded;
  return { dataset, splits: [{ name: split, images: count, classes, bytes, namesSha256 }] };
}
