import { createHash, type Hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { DataFingerprint, Dataset, SplitSource } from '@mochi/contract';

/** Files that are asked for their size at once. */
const AT_ONCE = 64;

/** Which images a data set has, by name, size and label (and bytes, where they are in memory): equal on every machine. */
export async function fingerprintOf(dataset: Dataset): Promise<DataFingerprint> {
  const splits = [];
  for (const name of dataset.splits) {
    const source = await dataset.split(name);
    splits.push({ name, images: source.length, classes: source.classes?.length ?? null, sha256: await hashOf(source) });
  }
  return { dataset: dataset.name, splits };
}

async function hashOf(source: SplitSource): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < source.length; at++) hash.update(`${source.describe(at)}\t${source.labels?.[at] ?? -1}\n`);
  await addImages(hash, source.images);
  return hash.digest('hex');
}

async function addImages(hash: Hash, images: SplitSource['images']): Promise<void> {
  if (images.kind === 'pixels') hash.update(images.pixels);
  else if (images.kind === 'encoded') for (const file of images.files) hash.update(file);
  else if (images.kind === 'ranges') hash.update(Array.from(images.length).join('\n'));
  else
    for (let from = 0; from < images.paths.length; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, images.paths.length - from);
      const sizes = await Promise.all(Array.from({ length: count }, (_, at) => sizeOf(images.paths.at(from + at)!)));
      hash.update(`${sizes.join('\n')}\n`);
    }
}

/** -1 where the file cannot be looked at: such an image is left out of training, too. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => -1,
  );
