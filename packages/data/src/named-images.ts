import type { ImageStore, SplitSource } from '@mochi/contract';

/** All images of one root or archive, before they are divided. `names` are relative, with forward slashes. */
export interface NamedImages {
  readonly names: readonly string[];
  readonly images: ImageStore;
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
}

/** The split of all images, or of those at `indices`. */
export function splitOf(name: string, all: NamedImages, indices?: Int32Array): SplitSource {
  const names = indices ? Array.from(indices, (at) => all.names[at]!) : all.names;
  const labels = all.labels && indices ? indices.map((at) => all.labels![at]!) : all.labels;
  return {
    name,
    length: names.length,
    images: indices ? pick(all.images, indices) : all.images,
    ...(labels ? { labels } : {}),
    ...(all.classes ? { classes: all.classes } : {}),
    describe: (index) => names[index] ?? `sample ${index}`,
  };
}

function pick(images: ImageStore, indices: Int32Array): ImageStore {
  if (images.kind === 'files') return { kind: 'files', paths: Array.from(indices, (at) => images.paths[at]!) };
  if (images.kind === 'encoded') return { kind: 'encoded', files: Array.from(indices, (at) => images.files[at]!) };
  const size = images.height * images.width * 3;
  const pixels = new Uint8Array(indices.length * size);
  indices.forEach((from, to) => pixels.set(images.pixels.subarray(from * size, (from + 1) * size), to * size));
  return { ...images, pixels };
}
