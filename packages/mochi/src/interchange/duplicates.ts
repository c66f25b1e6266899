import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { drawAtlas } from '../report/draw-images.js';
import { selectSamples } from '@mochi/data';
import { readTable, type EmbedOptions } from '../embed.js';
import { openTrained, type OpenedRun } from '../open-trained.js';
import { centred, closePairs, groupsOf } from './similar.js';
import { duplicatesSheet, type SheetGroup } from './duplicates-sheet.js';

export interface DuplicatesOptions extends Omit<EmbedOptions, 'data' | 'split' | 'out' | 'format'> {
  /** Least cosine of two images of a group, of features without their mean. Default 0.95. */
  readonly least?: number;
  /** HTML file to write, with the images of each group side by side. Default: none. */
  readonly sheet?: string;
}

export interface DuplicateGroup {
  readonly names: readonly string[];
  /** The least and the largest cosine among the pairs that made the group. */
  readonly similarity: readonly [number, number];
}

/** Groups on the sheet at most; all are in the result. */
const SHOWN = 200;

/**
 * Groups of near-duplicates among the images of a folder: copies, crops, other sizes and qualities, bursts.
 *
 * @param path As for `embed`. @param folder Images, to any depth. @returns Largest groups first; images without a duplicate are in none.
 */
export async function duplicates(path: string, folder: string, options: DuplicatesOptions = {}): Promise<DuplicateGroup[]> {
  const { least = 0.95, sheet } = options;
  const data = { name: 'image-folder', root: resolve(folder), labels: 'none' };
  const change = ({ evaluators: _, trackers: __, ...config }: Record<string, unknown>) => ({ ...config, data });
  const run = await openTrained(path, { ...options, change });
  try {
    const table = await readTable(run, options);
    const pairs = await closePairs(centred(table), table.dim, least, options.signal);
    const rows = groupsOf(table.rows, pairs);
    const groups = rows.map((group) => {
      const within = new Set(group);
      const cosines = pairs.filter(({ a }) => within.has(a)).map(({ similarity }) => similarity);
      const similarity = [Math.min(...cosines), Math.max(...cosines)] as const;
      return { names: group.map((row) => table.names[row]!), similarity };
    });
    if (sheet !== undefined) {
      const ids = rows.slice(0, SHOWN).map((group) => group.map((row) => table.ids[row]!));
      const shown = await draw(run, groups, ids);
      await writeFile(sheet, duplicatesSheet(shown, { images: table.rows, groups: groups.length, least, folder }));
    }
    return groups;
  } finally {
    await run.dispose();
  }
}

async function draw({ parts }: OpenedRun, groups: readonly DuplicateGroup[], ids: readonly number[][]): Promise<SheetGroup[]> {
  const source = await parts.dataset.split(parts.dataset.splits[0]!);
  const made: SheetGroup[] = [];
  for (const [at, picked] of ids.entries())
    made.push({ ...groups[at]!, atlas: await drawAtlas(selectSamples(source, Int32Array.from(picked)), parts.augmentation) });
  return made;
}
