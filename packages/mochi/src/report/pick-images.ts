import type { Dataset, ImageStore, SplitSource } from '@mochi/contract';

/** Some images of a split, as a split of their own: sample ids are places in `picked`. */
export function pickImages(source: SplitSource, picked: readonly number[]): SplitSource {
  return {
    ...{ name: source.name, length: picked.length, images: pickStore(source.images, picked), classes: source.classes },
    labels: source.labels && Int32Array.from(picked, (at) => source.labels![at]!),
    describe: (at) => source.describe(picked[at]!),
  };
}

function pickStore(images: ImageStore, picked: readonly number[]): ImageStore {
  if (images.kind === 'files') return { kind: 'files', paths: picked.map((at) => images.paths[at]!) };
  if (images.kind === 'encoded') return { kind: 'encoded', files: picked.map((at) => images.files[at]!) };
  const { height, width } = images;
  const size = height * width * 3;
  const pixels = new Uint8Array(picked.length * size);
  picked.forEach((at, to) => pixels.set(images.pixels.subarray(at * size, (at + 1) * size), to * size));
  return { kind: 'pixels', pixels, height, width };
}

/** At most `most` of the numbers [0, length), evenly spread: splits are often in the order of their classes. */
export const spread = (length: number, most: number): number[] =>
  Array.from({ length: Math.min(length, most) }, (_, at) => Math.floor((at * length) / Math.min(length, most)));

/** The split that images are looked at in: the one asked for, else the first that is not trained on, else the one that is. */
export const splitToLookAt = ({ splits }: Dataset, trained: string, asked?: string): string =>
  asked ?? splits.find((name) => name !== trained) ?? trained;
