import type { DataFingerprint, Dataset } from '@mochi/contract';
import { bytesOf, fingerprintOf } from '@mochi/trainer';

/** Which images a data set has, split by split: as in a run's data.json, and equal on every machine. */
export async function fingerprintsOf(dataset: Dataset): Promise<DataFingerprint> {
  const splits = [];
  for (const name of dataset.splits) {
    const source = await dataset.split(name);
    const { count, namesSha256 } = await fingerprintOf(dataset, source);
    const classes = source.classes?.length ?? null;
    splits.push({ name, images: count, classes, bytes: await bytesOf(source.images), namesSha256 });
  }
  return { dataset: dataset.name, splits };
}
