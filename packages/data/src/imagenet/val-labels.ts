import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { dataCorrupt, dataMissing } from '../file-errors.js';
import { readLines, readListFile, type Place } from '../listed.js';
import { numberField, textField, variable } from '../matlab/mat-values.js';
import { readMat } from '../matlab/read-mat.js';

/** Where the lists lie in the ways that ImageNet is handed out, under the root. */
const USUAL = [
  'LOC_val_solution.csv',
  'val_annotations.txt',
  'imagenet_2012_validation_synset_labels.txt',
  'val/imagenet_2012_validation_synset_labels.txt',
  'ILSVRC2012_validation_ground_truth.txt',
  'ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt',
];
const BY_NAME = /^(?<image>\w+?)(?:\.JPEG)?[\s,]+(?<synset>n\d{8})\b/i;

/**
 * The synset of each image of a flat validation folder.
 *
 * @param images File names, sorted. @param list A path of the user's own, or undefined: the usual places.
 * @throws MOCHI_DATA_MISSING where no list is found; MOCHI_DATA_CORRUPT for a line of another form or an image without a label.
 */
export async function valSynsets(place: Place, images: readonly string[], list?: string): Promise<string[]> {
  const found = list ?? USUAL.map((name) => join(place.root, name)).find((path) => existsSync(path));
  if (found === undefined) throw dataMissing(place.origin, place.root, [`labels of the flat folder val (${USUAL[0]}, say)`]);
  const within: Place = { ...place, root: dirname(found) };
  const lines = await readLines(within, basename(found));
  const rows = lines[0]?.startsWith('ImageId') ? lines.slice(1) : lines;
  const lookUp = await reader(within, found, rows);
  return images.map((image, at) => {
    const synset = lookUp(image.replace(/\.\w+$/, ''), at);
    if (synset === undefined)
      throw dataCorrupt(
        found,
        `its ${rows.length} entries`,
        `${image} is none of them`,
        `a label for each of the ${images.length} images`,
      );
    return synset;
  });
}

async function reader(
  within: Place,
  list: string,
  rows: readonly string[],
): Promise<(image: string, at: number) => string | undefined> {
  if (rows.every((row) => /^\s*n\d{8}\s*$/.test(row))) return byPlace(rows.map((row) => row.trim()));
  if (rows.every((row) => /^\s*\d+\s*$/.test(row))) {
    const synsets = await devkitSynsets(within);
    return byPlace(rows.map((row) => synsets.get(Number(row))));
  }
  const synsets = new Map(
    rows.map((row, at) => {
      const groups = BY_NAME.exec(row)?.groups;
      if (!groups) throw dataCorrupt(list, `entry ${at + 1}`, `it reads "${row.slice(0, 80)}"`, 'an image name and a synset id');
      return [groups['image']!, groups['synset']!];
    }),
  );
  return (image) => synsets.get(image);
}

/** Lists without names go by the number that a file name ends in: ILSVRC2012_val_00000001 is the first. */
const byPlace =
  (synsets: readonly (string | undefined)[]) =>
  (image: string, at: number): string | undefined => {
    const number = /(\d{8})$/.exec(image)?.[1];
    return synsets[number === undefined ? at : Number(number) - 1];
  };

/** ILSVRC2012_ID -> synset, from the development kit's meta.mat. */
async function devkitSynsets(within: Place): Promise<Map<number, string>> {
  const file = join(within.root, 'meta.mat');
  const variables = readMat(file, await readListFile(within, 'meta.mat'));
  const { rows } = variable(file, variables, 'synsets', 'struct');
  return new Map(rows.map((row) => [numberField(file, row, 'ILSVRC2012_ID'), textField(file, row, 'WNID')]));
}
