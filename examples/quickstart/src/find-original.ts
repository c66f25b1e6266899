import { type Dataset, type EvalContext, type Evaluator, type MetricSpec } from '@mochi/contract';
import { evalTransform } from '@mochi/augment';
import type { Rows } from '@mochi/evaluators';
import { openSequential } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { writeContactSheet } from './contact-sheet.js';
import { measure, type Scores } from './measure.js';

/** The columns of the table, in order. */
export const COLUMNS: readonly (MetricSpec & { readonly name: keyof Scores })[] = [
  { name: 'copiesR1', unit: '%', better: 'higher' },
  { name: 'copiesR5', unit: '%', better: 'higher' },
  { name: 'crossArtistR1', unit: '%', better: 'higher' },
  { name: 'subcategory1nn', unit: '%', better: 'higher' },
];

export interface FindOriginalOptions {
  readonly every: number | null;
  /** PNG to write at each measurement, or null. */
  readonly sheet: string | null;
}

/** Finds the originals of edited copies by the backbone of the query encoder. */
export function findOriginal(dataset: () => Dataset, { every, sheet }: FindOriginalOptions): Evaluator {
  return {
    name: 'find-original',
    metrics: COLUMNS,
    settings: { features: 'backbone of the query encoder, centred on the mean of the originals', similarity: 'cosine' },
    everyEpochs: every,
    atStart: true,
    async run({ features }: EvalContext) {
      const [originals, copies] = [await features('originals'), await features('copies')];
      const { nearest, ...scores } = await measure(originals, copies, originals.labels!);
      const splits = [await dataset().split('copies'), await dataset().split('originals')] as const;
      if (sheet !== null) await writeContactSheet(sheet, ...splits, nearest, { rows: 12, columns: 2 });
      return { ...scores };
    },
  };
}

/** The same by raw pixels at the size that the network sees: what any method has to beat. */
export function findOriginalByPixels(dataset: () => Dataset, size: number): Evaluator {
  return {
    name: 'raw-pixels',
    metrics: COLUMNS,
    settings: { features: `${size} x ${size} RGB, centred on the mean of the originals`, similarity: 'cosine' },
    everyEpochs: null,
    async run() {
      const source = await dataset().split('originals');
      const originals = await pixelsOf(dataset(), 'originals', size);
      const { nearest: _, ...scores } = await measure(originals, await pixelsOf(dataset(), 'copies', size), source.labels!);
      return { ...scores };
    },
  };
}

async function pixelsOf(dataset: Dataset, split: string, size: number): Promise<Rows> {
  const source = await dataset.split(split);
  const augmentation = evalTransform(size, { mean: [0, 0, 0], std: [1, 1, 1] });
  const stream = openSequential({ source, augmentation, view: 'eval', batchSize: 64 });
  const dim = size * size * 3;
  const features = new Float32Array(source.length * dim);
  let rows = 0;
  for (let item = await stream.next(); item; item = await stream.next()) {
    const images = item.batch.views['eval']!;
    features.set(await images.data(), rows * dim);
    rows += images.shape[0];
    tf.dispose(item.batch as unknown as tf.TensorContainer);
  }
  await stream.dispose();
  return { rows, dim, features };
}
