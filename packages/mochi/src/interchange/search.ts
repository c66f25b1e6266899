import type { Dataset } from '@mochi/contract';
import { requireLayer, requireOptions, requirePath } from '../check-arguments.js';
import { READ_OPTIONS, readFeatures, readTable, type EmbedOptions } from '../embed.js';
import { imageUnreadable } from '../errors.js';
import { openEncoder, type OpenedEncoder } from '../open-encoder.js';
import { wholeFrom, type OptionKind } from '../option-kinds.js';
import { centred, meanOf, nearestRows, type Rows } from './similar.js';

export interface SearchOptions extends Omit<EmbedOptions, 'out' | 'format' | 'normalise'> {
  /** Images that are found, at most. Default 10. */
  readonly count?: number;
}

const OPTIONS: Readonly<Record<keyof SearchOptions, OptionKind>> = { count: wholeFrom(1), ...READ_OPTIONS };

export interface Found {
  readonly name: string;
  readonly id: number;
  /** Cosine of features without the mean of those searched, -1 to 1. */
  readonly similarity: number;
  readonly class?: string;
}

/**
 * The images of a split of a run's data (or of other data) that an image is nearest to, best first. Which split, and which there are besides,
 * goes to `options.log`.
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
    const table = await readTable(run, options);
    options.log?.info(searched(run.host.one('data').splits, options.split, table.rows));
    const mean = meanOf(table);
    return nearestRows(centred(table, mean), centred(query, mean), count).map(({ row, similarity }) => {
      const label = table.labels?.[row] ?? -1;
      const found = { name: table.names[row]!, id: table.ids[row]!, similarity };
      return label >= 0 && table.classes ? { ...found, class: table.classes[label]! } : found;
    });
  } finally {
    await run.dispose();
  }
}

/** `Searched the split train, 1,800 images. Others: test (split).` */
function searched([first, ...rest]: readonly string[], split = first, rows: number): string {
  const others = [first, ...rest].filter((name) => name !== split);
  const more = others.length === 0 ? '' : ` Not searched: ${others.join(', ')}; name one as the split.`;
  return `Searched the split ${split}, ${rows.toLocaleString('en-US')} ${rows === 1 ? 'image' : 'images'}.${more}`;
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
