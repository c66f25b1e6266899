import type { SplitUse, EvalContext, FeatureRequest, Features, Layer } from '@mochi/contract';
import { noHeldOut } from '@mochi/core';
import { labelsNeeded, oneClass, tooFewRows } from '../errors.js';
import { requireFinite, takeRows, type LabelledRows } from './rows.js';

/** Which features an evaluator reads. */
export interface Source extends Omit<FeatureRequest, 'layer' | 'encoder'> {
  readonly layer: Layer;
  readonly encoder: string;
}

/** The split that an option names, else the one that is held out. @throws MOCHI_LABELS_NEEDED where there is none. */
export async function splitFor(
  context: EvalContext,
  evaluator: string,
  { option, split: named, labels }: SplitUse,
): Promise<string> {
  const split = named ?? (await context.heldOut(labels));
  if (split === undefined) throw noHeldOut(evaluator, option, context.splits);
  return split;
}

/** Features of a split, all finite. @throws MOCHI_FEATURES_NOT_FINITE, MOCHI_TOO_FEW_ROWS when there is none. */
export async function readSplit(context: EvalContext, evaluator: string, split: string, source: Source): Promise<Features> {
  const { layer, encoder, view, draw, ids, change, data } = source;
  context.signal.throwIfAborted();
  const asked = { view, draw, ids, change, data };
  const images = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const features = await context.features(split, { layer, encoder, ...images });
  if (features.rows < 1) throw tooFewRows(evaluator, split, features.rows, 1);
  return requireFinite(features, `split ${split}, layer ${layer}, encoder ${encoder}`);
}

/** The rows of a split that have a label. @throws MOCHI_LABELS_NEEDED when none has. */
export function labelledRows(features: Features, evaluator: string, split: string): LabelledRows {
  const { labels } = features;
  if (!labels) throw labelsNeeded(evaluator, split);
  const picked = Array.from(labels.keys()).filter((row) => labels[row]! >= 0);
  if (picked.length === 0) throw labelsNeeded(evaluator, split);
  if (picked.length === features.rows) return { rows: features.rows, dim: features.dim, features: features.features, labels };
  return { ...takeRows(features, picked), labels: Int32Array.from(picked, (row) => labels[row]!) };
}

/** @throws MOCHI_ONE_CLASS when the rows are all of one class: every answer would be right. */
export function requireClasses(labels: Int32Array, evaluator: string, split: string): void {
  if (labels.every((label) => label === labels[0])) throw oneClass(evaluator, split);
}

/** How many classes there are: those that have names, and every label that occurs. */
export function classCount(names: readonly string[] | undefined, ...labels: Int32Array[]): number {
  return labels.reduce((count, some) => some.reduce((most, label) => Math.max(most, label + 1), count), names?.length ?? 0);
}
