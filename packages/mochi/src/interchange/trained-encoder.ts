import { join } from 'node:path';
import type { DataFingerprint, ModelFacts, TrainedEncoder } from '@mochi/contract';
import { DATA_FILE, optionChanges, readJson, type Fingerprint } from '@mochi/trainer';
import { encoderWeights, type OpenedEncoder } from '../open-encoder.js';
import { measuredMetrics } from './measured-metrics.js';
import { originOf } from './origin.js';
import { preprocessingOf } from './preprocessing.js';

/** An opened encoder with all that somebody else needs in order to use it. It lives as long as what was opened. */
export async function trainedEncoder(opened: OpenedEncoder, encoder = 'query'): Promise<TrainedEncoder> {
  const { position, checkpoint, config } = opened;
  const facts: ModelFacts = {
    ...(await originOf(opened)),
    config,
    changes: checkpoint === null ? [] : await optionChanges(join(checkpoint, '..', '..'), position.step),
    seen: position.seen,
    metrics: checkpoint === null ? {} : await measuredMetrics(checkpoint, config),
    fingerprint: () => recordedData(checkpoint, config),
  };
  return {
    encoder: opened.encoder,
    weights: encoderWeights(opened, encoder),
    preprocessing: preprocessingOf(opened.augmentation),
    facts,
  };
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
