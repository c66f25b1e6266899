import type { Dataset, SplitSource } from '@mochi/contract';
import { bytesOf, fingerprintOf, type Fingerprint } from '@mochi/trainer';
import type { ConfigInput } from '../open-run.js';
import { checkImages, spread, type CheckedImages, type CheckOptions } from './check-images.js';
import { dataSheet } from './data-sheet.js';
import { withDataset, type OpenDataOptions } from './open-data.js';

export interface Sides {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export interface SplitReport {
  readonly fingerprint: Fingerprint;
  /** Images of each class, in the order of the labels; null where there are no labels. -1: those without one. */
  readonly classes: readonly { readonly label: number; readonly name: string; readonly count: number }[] | null;
  readonly annotated: boolean;
  /** Images that were decoded, or tried to be. */
  readonly lookedAt: number;
  /** Pixels, of the images looked at; null where none could be decoded. */
  readonly width: Sides | null;
  readonly height: Sides | null;
  readonly broken: CheckedImages['broken'];
}

export interface DataReport {
  readonly dataset: string;
  readonly version: string | null;
  readonly splits: readonly SplitReport[];
}

export interface InspectOptions extends OpenDataOptions, CheckOptions {
  /** Images of each split that are decoded, spread over it. Default 200; Infinity: all. */
  readonly sample?: number;
  /** Images of each split on the contact sheet. Default 24. */
  readonly pictures?: number;
}

/**
 * Looks at a data set: splits, classes, sizes, images that cannot be decoded.
 *
 * @param target A folder of images, a tar of class folders, or a config (its section `data` is enough).
 * @returns The report, and a page with some images of each split.
 */
export async function inspectData(
  target: ConfigInput,
  options: InspectOptions = {},
): Promise<{ report: DataReport; sheet: string }> {
  return withDataset(target, options, async (dataset) => {
    const report = await reportOf(dataset, options);
    const sources = await Promise.all(dataset.splits.map((name) => dataset.split(name)));
    return { report, sheet: dataSheet(dataset, sources, options.pictures ?? 24) };
  });
}

/** Decodes every image of every split. Its `broken` is empty for a sound data set. */
export async function verifyData(target: ConfigInput, options: InspectOptions = {}): Promise<DataReport> {
  return withDataset(target, options, (dataset) => reportOf(dataset, { ...options, sample: Infinity }));
}

async function reportOf(dataset: Dataset, options: InspectOptions): Promise<DataReport> {
  const splits: SplitReport[] = [];
  for (const name of dataset.splits) splits.push(await splitReport(dataset, await dataset.split(name), options));
  return { dataset: dataset.name, version: dataset.version ?? null, splits };
}

async function splitReport(dataset: Dataset, source: SplitSource, options: InspectOptions): Promise<SplitReport> {
  const checked = await checkImages(source, spread(source.length, options.sample ?? 200), options);
  return {
    fingerprint: { ...(await fingerprintOf(dataset, source)), bytes: await bytesOf(source.images) },
    classes: countsOf(source),
    annotated: source.annotations !== undefined,
    lookedAt: checked.sound + checked.broken.length,
    width: sidesOf(checked.widths),
    height: sidesOf(checked.heights),
    broken: checked.broken,
  };
}

function countsOf({ labels, classes }: SplitSource): SplitReport['classes'] {
  if (!labels) return null;
  const counts = new Map((classes ?? []).map((_, label) => [label, 0]));
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const named = [...counts].sort(([a], [b]) => a - b);
  return named.map(([label, count]) => ({ label, name: classes?.[label] ?? (label < 0 ? '(no label)' : `${label}`), count }));
}

function sidesOf(sides: Int32Array): Sides | null {
  if (sides.length === 0) return null;
  const sorted = Int32Array.from(sides).sort();
  return { least: sorted[0]!, median: sorted[sorted.length >> 1]!, most: sorted.at(-1)! };
}
