import type { AnnotationSource, Dataset, SplitSource } from '@mochi/contract';
import { keepFraction } from '../hold-out.js';
import { pickImages } from '../named-images.js';
import { unknownSplit } from '../errors.js';
import { lazyDataset } from '../splits.js';
import type { CommonConfig } from './config.js';
import { inMemory } from './in-memory.js';

/**
 * A data set of which each split is cut down: first to a fraction of every class, then to the first `limit` images; and, where it is small, read
 * into memory.
 *
 * @throws MOCHI_UNKNOWN_SPLIT when an option names a split that is not there.
 */
export function withCommonOptions(dataset: Dataset, options: CommonConfig): Dataset {
  const { limit, fraction, fractionSeed, inMemoryMiB } = options;
  if (limit === undefined && fraction === undefined && inMemoryMiB === 0) return dataset;
  for (const option of [limit, fraction]) {
    const unknown = typeof option === 'object' ? Object.keys(option).find((name) => !dataset.splits.includes(name)) : undefined;
    if (unknown !== undefined) throw unknownSplit(dataset.name, unknown, dataset.splits);
  }
  const cut = async (name: string): Promise<SplitSource> => {
    const source = await dataset.split(name);
    const share = optionOf(fraction, name) ?? 1;
    const kept = share < 1 ? await keepFraction(source, share, fractionSeed) : null;
    const most = Math.min(optionOf(limit, name) ?? Infinity, kept?.length ?? source.length);
    if (kept === null && most === source.length) return source;
    return selectSamples(source, kept?.subarray(0, most) ?? Int32Array.from({ length: most }, (_, at) => at));
  };
  const kept = async (name: string): Promise<SplitSource> => {
    const source = await cut(name);
    return inMemoryMiB > 0 ? { ...source, images: await inMemory(source.images, inMemoryMiB * 2 ** 20) } : source;
  };
  const readers = dataset.splits.map((name) => [name, () => kept(name)] as const);
  return { ...dataset, ...lazyDataset(dataset.name, new Map(readers)) };
}

const optionOf = (option: number | Record<string, number> | undefined, split: string): number | undefined =>
  typeof option === 'object' ? option[split] : option;

/** The samples of a split at `indices`, in that order, with their labels, names and annotations. */
export function selectSamples(source: SplitSource, indices: Int32Array): SplitSource {
  const { labels, annotations } = source;
  const picked = annotations && pickAnnotations(annotations, indices);
  return {
    ...source,
    length: indices.length,
    images: pickImages(source.images, indices),
    ...(labels ? { labels: indices.map((at) => labels[at]!) } : {}),
    ...(picked ? { annotations: picked } : {}),
    describe: (index) => source.describe(indices[index] ?? index),
  };
}

const pickAnnotations = ({ classes, ...source }: AnnotationSource, indices: Int32Array): AnnotationSource => ({
  classes,
  of: async (index) => source.of(indices[index]!),
});
