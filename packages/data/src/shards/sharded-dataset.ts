import type { Dataset, SplitSource } from '@mochi/contract';
import { dividedDataset } from '../divided-dataset.js';
import { splitClash } from '../errors.js';
import { dataCorrupt, type Origin } from '../file-errors.js';
import { splitOf, type NamedImages } from '../named-images.js';
import { lazyDataset, once } from '../splits.js';
import type { ShardPath } from './config.js';
import { cacheKey, cachedIndex, defaultShardCache } from './index-cache.js';
import { shardFiles } from './shard-files.js';
import type { ShardIndex } from './shard-index.js';

export interface Sharded {
  readonly name: string;
  readonly origin: Origin;
  readonly path: ShardPath;
  readonly cache?: string | undefined;
  /** Default 0. */
  readonly holdout?: number;
  /** Default 0. */
  readonly holdoutSeed?: number;
  /** What is looked for in the shards: an index of something else is not taken for this one. */
  readonly lookedFor: unknown;
  /** Finds the images. @param folder For files of its own. @param key Names these shards. */
  index(shards: readonly string[], folder: string, key: string): Promise<ShardIndex>;
}

/**
 * A data set out of shards: each split's shards are searched when one is first asked for, and what was found is kept for the next run.
 *
 * @throws MOCHI_SPLIT_CLASH at once; MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT from `split`.
 */
export function shardedDataset(sharded: Sharded): Dataset {
  const { name, path, holdout = 0, holdoutSeed = 0 } = sharded;
  if (typeof path === 'string' || Array.isArray(path)) {
    const read = async (): Promise<NamedImages> => named(await find(sharded, path), []);
    return dividedDataset(name, read, holdout, holdoutSeed);
  }
  const splits = Object.keys(path);
  if (holdout > 0) throw splitClash('data.path', splits);
  const indexes = new Map(splits.map((split) => [split, once(() => find(sharded, path[split]!))]));
  const read = async (split: string): Promise<SplitSource> => {
    const index = await indexes.get(split)!();
    // Where classes are names, a label means the same one in every split only if all of them are known.
    const others = isNamed(index.labels) ? await Promise.all([...indexes.values()].map((other) => other())) : [];
    return splitOf(split, named(index, others));
  };
  return lazyDataset(name, new Map(splits.map((split) => [split, () => read(split)])));
}

const isNamed = (labels: ShardIndex['labels']): labels is readonly string[] => Array.isArray(labels);

async function find({ origin, cache, lookedFor, name, index }: Sharded, paths: string | readonly string[]): Promise<ShardIndex> {
  const shards = await shardFiles(origin, paths);
  const folder = cache ?? defaultShardCache();
  const key = await cacheKey(shards, [name, lookedFor]);
  const found = await cachedIndex(folder, key, () => index(shards, folder, key));
  if (found.names.length === 0)
    throw dataCorrupt(shards[0]!, `${shards.length} shards`, 'no image was found in them', origin.layout);
  return found;
}

/** Labels as numbers: class names are sorted, those of other splits too. */
function named({ images, names, labels, classes }: ShardIndex, others: readonly ShardIndex[]): NamedImages {
  if (!labels) return { names, images };
  if (!isNamed(labels)) {
    const count = labels.reduce((most, label) => Math.max(most, label + 1), 0);
    return { names, images, labels, classes: classes ?? Array.from({ length: count }, (_, at) => `class ${at}`) };
  }
  const texts = [labels, ...others.map((other) => (isNamed(other.labels) ? other.labels : []))];
  const sorted = [...new Set(texts.flat())].filter((text) => text !== '').sort();
  const index = new Map(sorted.map((text, at) => [text, at]));
  return { names, images, labels: Int32Array.from(labels, (text) => index.get(text) ?? -1), classes: sorted };
}
