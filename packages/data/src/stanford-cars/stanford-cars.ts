import type { Dataset } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataCorrupt, type Origin } from '../file-errors.js';
import { listedDataset, readListFile, rootWith, type Listed, type Place } from '../listed.js';
import { numberField, textField, variable } from '../matlab/mat-values.js';
import { readMat, type MatValue } from '../matlab/read-mat.js';
import type { StanfordCarsConfig } from './config.js';

const ORIGIN: Origin = {
  title: 'Stanford Cars',
  layout:
    'cars_train/ and cars_test/ with devkit/cars_meta.mat, cars_train_annos.mat and cars_test_annos_withlabels.mat (beside the devkit or in it); or car_ims/ with cars_annos.mat',
  from: 'a mirror of ai.stanford.edu/~jkrause/cars/car_dataset.html, unpacked',
};
type Rows = readonly Readonly<Record<string, MatValue>>[];

/**
 * Stanford Cars: `train` 8,144 and `test` 8,041 images of 196 classes.
 *
 * @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT.
 */
export function openStanfordCars({ root }: StanfordCarsConfig): Dataset {
  const one = rootWith(root, ['', 'stanford_cars'], 'cars_annos.mat');
  const list = existsSync(join(one, 'cars_annos.mat')) ? fromOneFile : fromDevkit;
  const place: Place = { origin: ORIGIN, root: list === fromOneFile ? one : rootWith(root, ['', 'stanford_cars'], 'devkit') };
  return listedDataset('stanford-cars', place, { train: () => list(place, 'train'), test: () => list(place, 'test') });
}

async function readFileOf(place: Place, files: readonly string[]): Promise<{ path: string; mat: ReadonlyMap<string, MatValue> }> {
  const file = files.find((name) => existsSync(join(place.root, name))) ?? files[0]!;
  const path = join(place.root, file);
  return { path, mat: readMat(path, await readListFile(place, file)) };
}

/** One list for each split; labels of the test images came later, in a file of their own. */
async function fromDevkit(place: Place, split: 'train' | 'test'): Promise<Listed> {
  const name = split === 'train' ? 'cars_train_annos.mat' : 'cars_test_annos_withlabels.mat';
  const { path, mat } = await readFileOf(place, [`devkit/${name}`, name]);
  const meta = await readFileOf(place, ['devkit/cars_meta.mat']);
  const classes = classNames(meta.path, meta.mat);
  const { rows } = variable(path, mat, 'annotations', 'struct');
  return {
    names: rows.map((row) => `cars_${split}/${textField(path, row, 'fname')}`),
    labels: labelsOfRows(path, rows, classes),
    classes,
  };
}

/** One list of all 16,185 images, in one folder, which says for each whether it is a test image. */
async function fromOneFile(place: Place, split: 'train' | 'test'): Promise<Listed> {
  const { path, mat } = await readFileOf(place, ['cars_annos.mat']);
  const classes = classNames(path, mat);
  const all = variable(path, mat, 'annotations', 'struct').rows;
  const rows = all.filter((row) => numberField(path, row, 'test') === (split === 'test' ? 1 : 0));
  return {
    names: rows.map((row) => textField(path, row, 'relative_im_path')),
    labels: labelsOfRows(path, rows, classes),
    classes,
  };
}

const classNames = (path: string, mat: ReadonlyMap<string, MatValue>): string[] =>
  variable(path, mat, 'class_names', 'cell').cells.map((cell) => textField(path, { class_names: cell }, 'class_names'));

const labelsOfRows = (path: string, rows: Rows, classes: readonly string[]): Int32Array =>
  Int32Array.from(rows, (row, at) => {
    const label = numberField(path, row, 'class');
    if (label < 1 || label > classes.length)
      throw dataCorrupt(path, `row ${at + 1}`, `its class is ${label}`, `1..${classes.length}`);
    return label - 1;
  });
