import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { requireLayer, requireOptions, requirePath } from '../check-arguments.js';
import { READ_OPTIONS, readTable, type EmbedOptions } from '../embed.js';
import { openEncoder, type OpenedEncoder } from '../open-encoder.js';
import { cosine, text, type OptionKind } from '../option-kinds.js';
import { centred, closePairs, groupsOf } from './similar.js';
import { duplicatesSheet, shownOf } from './duplicates-sheet.js';
import { sheetUnwritable } from '../errors.js';
import { requireWritable } from '../require-writable.js';
import { thumbnailsOf, type Thumbnail } from './thumbnails.js';

export interface DuplicatesOptions extends Omit<EmbedOptions, 'data' | 'split' | 'out' | 'format' | 'normalise'> {
  /** Least cosine of two images of a group, of features without their mean. Default 0.95. */
  readonly least?: number;
  /** HTML file to write, with the images of each group side by side. Default: none. */
  readonly sheet?: string;
}

const { data: _, split: __, ...READ } = READ_OPTIONS;
const OPTIONS: Readonly<Record<keyof DuplicatesOptions, OptionKind>> = { least: cosine, sheet: text, ...READ };

export interface DuplicateGroup {
  readonly names: readonly string[];
  /** The least and the largest cosine among the pairs that made the group. */
  readonly similarity: readonly [number, number];
  /** For each image its largest cosine to another of the group. */
  readonly nearest: readonly number[];
}

/**
 * Groups of near-duplicates among the images of a folder: copies, crops, other sizes and qualities, bursts.
 *
 * @param path As for `embed`. @param folder Images, to any depth.
 * @returns The surest groups first: those whose least cosine is largest. Images without a duplicate are in none.
 * @throws MOCHI_ARGUMENT; MOCHI_SHEET_UNWRITABLE, before anything is read, and what `embed` throws
 */
export async function duplicates(path: string, folder: string, options: DuplicatesOptions = {}): Promise<DuplicateGroup[]> {
  requirePath('duplicates', path);
  requirePath('duplicates', folder, 'folder', 'a folder of images');
  requireOptions('duplicates', options, OPTIONS);
  requireLayer(options.layer ?? 'backbone');
  options.signal?.throwIfAborted();
  const { least = 0.95, sheet } = options;
  if (sheet !== undefined) await requireWritable(sheet, sheetUnwritable);
  const data = { name: 'image-folder', root: resolve(folder), labels: 'none' };
  const run = await openEncoder(path, { ...options, change: (config) => ({ ...config, data }) });
  try {
    const table = await readTable(run, options);
    const pairs = await closePairs(centred(table), table.dim, least, options.signal);
    const groups = groupsOf(table.rows, pairs);
    const told = groups.map(({ rows, ...group }) => ({ names: rows.map((row) => table.names[row]!), ...group }));
    if (sheet !== undefined) {
      const shown = shownOf(groups.map(({ rows }) => rows));
      const drawn = await draw(
        run,
        shown.map((rows) => rows.map((row) => table.ids[row]!)),
      );
      const grouped = told.reduce((sum, { names }) => sum + names.length, 0);
      const facts = { images: table.rows, groups: told.length, grouped, least, folder: data.root };
      const page = duplicatesSheet(
        drawn.map((thumbnails, at) => ({ ...told[at]!, thumbnails })),
        facts,
      );
      await writeFile(sheet, page).catch((cause: unknown) => {
        throw sheetUnwritable(sheet, cause);
      });
    }
    return told;
  } finally {
    await run.dispose();
  }
}

async function draw({ host }: OpenedEncoder, groups: readonly number[][]): Promise<Thumbnail[][]> {
  const dataset = host.one('data');
  const { images } = await dataset.split(dataset.splits[0]!);
  const made = await thumbnailsOf(images, groups.flat());
  let from = 0;
  return groups.map((group) => made.slice(from, (from += group.length)));
}
