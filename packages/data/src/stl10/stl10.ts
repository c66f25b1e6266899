import type { Dataset, SplitSource } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataCorrupt, dataMissing, type Origin } from '../file-errors.js';
import { readLines, readListFile, rootWith, type Place } from '../listed.js';
import { splitOf, type NamedImages } from '../named-images.js';
import { lazyDataset, once } from '../splits.js';
import type { z } from 'zod';
import { fetchedDataset, remoteFile, type RemoteData } from '../download/fetched-dataset.js';
import type { stl10Config } from './config.js';
import { readImages, SIDE } from './read-images.js';

const ORIGIN: Origin = {
  title: 'STL-10',
  layout:
    'a folder (stl10_binary) with train_X.bin, train_y.bin, test_X.bin, test_y.bin, unlabeled_X.bin, class_names.txt and fold_indices.txt',
  from: 'cs.stanford.edu/~acoates/stl10 (stl10_binary.tar.gz), unpacked',
};
const REMOTE: RemoteData = {
  archives: [
    {
      remote: remoteFile('http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz', '91f7769df0f17e558f3565bffb0c7dfb'),
      archive: 'stl10_binary.tar.gz',
      folder: 'stl10_binary',
    },
  ],
};
const FOLDS = 10;
const SPLITS = ['train', 'test', 'unlabeled', ...Array.from({ length: FOLDS }, (_, fold) => `fold-${fold}`)];

/**
 * STL-10: `train` 5,000, `test` 8,000 and `unlabeled` 100,000 images of 96 x 96 pixels, and `fold-0` to `fold-9`, the 1,000 training
 * images each that results are reported over. Raw pixels in memory: 132 MiB for `train`, 2.6 GiB for `unlabeled`.
 *
 * @throws MOCHI_DATA_MISSING at once where there is nothing at the root, and from `split` where a file is missing; MOCHI_DATA_CORRUPT.
 */
export function openStl10({ root, download = false }: z.input<typeof stl10Config>): Dataset {
  const spec = { name: 'stl10', root, download, data: REMOTE, splits: SPLITS };
  return fetchedDataset(spec, () => openLocal(root));
}

function openLocal(root: string): Dataset {
  const place: Place = { origin: ORIGIN, root: rootWith(root, ['', 'stl10_binary'], 'train_X.bin') };
  if (!existsSync(place.root)) throw dataMissing(ORIGIN, root, [root]);
  const train = once(() => readLabelled(place, 'train'));
  const readers = new Map<string, () => Promise<SplitSource>>([
    ['train', async () => splitOf('train', await train())],
    ['test', async () => splitOf('test', await readLabelled(place, 'test'))],
    ['unlabeled', async () => splitOf('unlabeled', await readPixels(place, 'unlabeled'))],
  ]);
  for (let fold = 0; fold < FOLDS; fold++)
    readers.set(`fold-${fold}`, async () => {
      const all = await train();
      return splitOf(`fold-${fold}`, all, await foldIndices(place, fold, all.names.length));
    });
  return lazyDataset('stl10', readers);
}

async function readPixels(place: Place, part: string): Promise<NamedImages> {
  const file = `${part}_X.bin`;
  const path = join(place.root, file);
  if (!existsSync(path)) throw dataMissing(ORIGIN, place.root, [file]);
  const pixels = await readImages(path);
  return {
    names: Array.from({ length: pixels.length / (SIDE * SIDE * 3) }, (_, at) => `${file}[${at}]`),
    images: { kind: 'pixels', pixels, height: SIDE, width: SIDE },
  };
}

async function readLabelled(place: Place, part: string): Promise<NamedImages> {
  const classes = await readLines(place, 'class_names.txt');
  const bytes = await readListFile(place, `${part}_y.bin`); // one byte a label, 1..10
  const images = await readPixels(place, part);
  const path = join(place.root, `${part}_y.bin`);
  const expected = `one byte for each of the ${images.names.length} images: 1..${classes.length}`;
  if (bytes.length !== images.names.length) throw dataCorrupt(path, `byte ${bytes.length}`, 'it ends there', expected);
  const labels = Int32Array.from(bytes, (label, at) => {
    if (label < 1 || label > classes.length) throw dataCorrupt(path, `byte ${at}`, `it is ${label}`, expected);
    return label - 1;
  });
  return { ...images, labels, classes };
}

async function foldIndices(place: Place, fold: number, length: number): Promise<Int32Array> {
  const line = (await readLines(place, 'fold_indices.txt'))[fold];
  const indices = line?.trim().split(/\s+/).map(Number);
  if (!indices?.every((index) => Number.isInteger(index) && index >= 0 && index < length))
    throw dataCorrupt(
      join(place.root, 'fold_indices.txt'),
      `line ${fold + 1}`,
      'it does not list images of train_X.bin',
      `${FOLDS} lines of places below ${length}`,
    );
  return Int32Array.from(indices);
}
