import type { Dataset, EmbeddingTable } from '@mochi/contract';
import { requireLayer, requireOptions, requirePath } from '../check-arguments.js';
import { READ_OPTIONS, readFeatures, readTable, type EmbedOptions } from '../embed.js';
import { imageUnreadable } from '../errors.js';
import { openEncoder, type OpenedEncoder } from '../open-encoder.js';
import { wholeFrom, type OptionKind } from '../option-kinds.js';
import { centred, meanOf, nearestRows, type Rows } from './similar.js';

export interface SearchOptions extends Omit<EmbedOptions, 'out' | 'format' | 'normalise' | 'split'> {
  /** One split, or `all` of them. Default: the first split of the data. */
  readonly split?: string;
  /** Images that are found, at most. Default 10. */
  readonly count?: number;
}

const OPTIONS: Readonly<Record<keyof SearchOptions, OptionKind>> = { count: wholeFrom(1), ...READ_OPTIONS };

export interface Found {
  readonly name: string;
  /** Of its split. */
  readonly id: number;
  readonly split: string;
  /** Cosine of features without the mean of those searched, -1 to 1. */
  readonly similarity: number;
  readonly class?: string;
}

/**
 * The images of a split, or of all splits, of a run's data (or of other data) that an image is nearest to, best first. What was searched, and
 * which splits there are besides, goes to `options.log`.
 *
 * @param path As for `embed`. @param image A file. @throws MOCHI_ARGUMENT, MOCHI_IMAGE_UNREADABLE
 */
export async function search(path: string, image: string, options: SearchOptions = {}): Promise<Found[]> {
  requirePath('search', path);
  requirePath('search', image, 'image', 'an image file');
  requireOptions('search', options, OPTIONS);
  requireLayer(options.layer ?? 'backbone');
  options.signal?.throwIfAborted();
  const { data, count = 10 } = options;
  const change = (config: object) => ({ ...config, ...(data ? { data } : {}) });
  const run = await openEncoder(path, { ...options, change });
  try {
    const query = await featuresOf(run, image, options); // first: a path that is wrong is told at once
    const { splits } = run.host.one('data');
    const tables = new Map<string, EmbeddingTable>();
    for (const split of wantedOf(splits, options.split)) tables.set(split, await readTable(run, { ...options, split }));
    const rows = joined([...tables.values()]);
    options.log?.info(searched(splits, [...tables.keys()], rows.rows));
    const images = [...tables].flatMap(([split, table]) => imagesOf(split, table));
    const mean = meanOf(rows);
    return nearestRows(centred(rows, mean), centred(query, mean), count).map(({ row, similarity }) => {
      const { name, id, split, ...label } = images[row]!;
      return { name, id, split, similarity, ...label };
    });
  } finally {
    await run.dispose();
  }
}

/** A split that is called `all` is that split. */
const wantedOf = (splits: readonly string[], split = splits[0]!): readonly string[] =>
  split === 'all' && !splits.includes(split) ? splits : [split];

function joined(tables: readonly Rows[]): Rows {
  if (tables.length === 1) return tables[0]!;
  const features = new Float32Array(tables.reduce((sum, one) => sum + one.features.length, 0));
  let [rows, at] = [0, 0];
  for (const one of tables) {
    features.set(one.features, at);
    at += one.features.length;
    rows += one.rows;
  }
  return { rows, dim: tables[0]!.dim, features };
}

const imagesOf = (split: string, { names, ids, labels, classes }: EmbeddingTable) =>
  names.map((name, row) => {
    const label = labels?.[row] ?? -1;
    return { name, id: ids[row]!, split, ...(label >= 0 && classes ? { class: classes[label]! } : {}) };
  });

/** `Searched the split train, 1,800 images. Not searched: test; name one as the split, or all.` */
function searched(splits: readonly string[], some: readonly string[], rows: number): string {
  const others = splits.filter((name) => !some.includes(name));
  const more = others.length === 0 ? '' : ` Not searched: ${others.join(', ')}; name one as the split, or all.`;
  const what = `the ${some.length === 1 ? 'split' : 'splits'} ${some.join(', ')}`;
  return `Searched ${what}, ${rows.toLocaleString('en-US')} ${rows === 1 ? 'image' : 'images'}.${more}`;
}

/** One image by the same way as a whole split: equal images have equal features. */
async function featuresOf(run: OpenedEncoder, image: string, options: SearchOptions): Promise<Rows> {
  const dataset: Dataset = {
    name: 'query',
    splits: ['query'],
    split: async (name) => ({ name, length: 1, images: { kind: 'files', paths: [image] }, describe: () => image }),
  };
  const features = await readFeatures(run, dataset, { ...options, split: 'query' });
  if (features.rows === 0) throw imageUnreadable(image, 'it is not there, or no image');
  return features;
}
