import { PackedNames, type ImageStore, type Names, type SplitSource } from '@mochi/contract';

/** All images of one root or archive, before they are divided. `names` are relative, with forward slashes. */
export interface NamedImages {
  readonly names: Names;
  readonly images: ImageStore;
  readonly labels?: Int32Array;
  readonly classes?: readonly string[];
}

/** The split of all images, or of those at `indices`. */
export function splitOf(name: string, all: NamedImages, indices?: Int32Array): SplitSource {
  const names = indices ? pickNames(all.names, indices) : all.names;
  const labels = all.labels && indices ? indices.map((at) => all.labels![at]!) : all.labels;
  return {
    name,
    length: names.length,
    images: indices ? pickImages(all.images, indices) : all.images,
    ...(labels ? { labels } : {}),
    ...(all.classes ? { classes: all.classes } : {}),
    describe: (index) => names.at(index) ?? `sample ${index}`,
  };
}

/** The images at `indices`, in their order. Bytes are shared, but for pixels. */
export function pickImages(images: ImageStore, indices: Int32Array): ImageStore {
  switch (images.kind) {
    case 'files':
      return { kind: 'files', paths: pickNames(images.paths, indices) };
    case 'encoded':
      return { kind: 'encoded', files: Array.from(indices, (at) => images.files[at]!) };
    case 'ranges': {
      const { files, file, offset, length } = images;
      const doubles = (values: Float64Array): Float64Array => Float64Array.from(indices, (at) => values[at]!);
      return {
        kind: 'ranges',
        files,
        file: indices.map((at) => file[at]!),
        offset: doubles(offset),
        length: doubles(length),
      };
    }
    case 'pixels': {
      const size = images.height * images.width * 3;
      const pixels = new Uint8Array(indices.length * size);
      indices.forEach((from, to) => pixels.set(images.pixels.subarray(from * size, (from + 1) * size), to * size));
      return { ...images, pixels };
    }
  }
}

export const pickNames = (names: Names, indices: Int32Array): Names =>
  names instanceof PackedNames ? names.pick(indices) : Array.from(indices, (at) => names.at(at)!);
