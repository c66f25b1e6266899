import { join } from 'node:path';
import type { ModelFacts, TrainedEncoder } from '@mochi/contract';
import { readJson, readManifest, SUMMARY_FILE } from '@mochi/trainer';
import { weightsOf, type OpenedRun } from '../open-trained.js';
import { fingerprintsOf } from './fingerprint.js';
import { preprocessingOf } from './preprocessing.js';

/** An opened run's encoder with all that somebody else needs in order to use it. It lives as long as the run is open. */
export async function trainedEncoder(run: OpenedRun, encoder = 'query'): Promise<TrainedEncoder> {
  const { host, parts, position, checkpoint } = run;
  const facts: ModelFacts = {
    name: host.config.name,
    config: host.written,
    step: position.step,
    epoch: position.epoch,
    metrics: checkpoint === null ? {} : await metricsOf(checkpoint),
    fingerprint: () => fingerprintsOf(parts.dataset),
  };
  return {
    encoder: parts.step.encoder,
    weights: weightsOf(run, encoder),
    preprocessing: preprocessingOf(parts.augmentation),
    facts,
  };
}

/** Those of the finished run where this is its last checkpoint; else those that the checkpoint notes, without units. */
async function metricsOf(checkpoint: string): Promise<ModelFacts['metrics']> {
  const { position, metrics } = await readManifest(checkpoint);
  const summary = await readJson<{ step?: number; results?: ModelFacts['metrics'] }>(
    join(checkpoint, '..', '..', SUMMARY_FILE),
  ).catch(() => ({}) as never);
  if (summary.step === position.step && summary.results) return summary.results;
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, { value, unit: '', better: '' }]));
}
