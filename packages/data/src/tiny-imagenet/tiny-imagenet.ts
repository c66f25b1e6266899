import type { Dataset } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataMissing, type Origin } from '../file-errors.js';
import { flatImages, listSynsets, listVal, synsetFolders, synsetNames } from '../imagenet/synset-folders.js';
import { listedDataset, readLines, rootWith, type Listed, type Place } from '../listed.js';
import { once } from '../splits.js';
import type { z } from 'zod';
import { fetchedDataset, remoteFile, type RemoteData } from '../download/fetched-dataset.js';
import type { tinyImagenetConfig } from './config.js';

const ORIGIN: Origin = {
  title: 'Tiny-ImageNet',
  layout:
    'tiny-imagenet-200 with wnids.txt, words.txt, train/SYNSET/images/*.JPEG, val/images/*.JPEG and val/val_annotations.txt',
  from: 'cs231n.stanford.edu/tiny-imagenet-200.zip, unpacked',
};
const REMOTE: RemoteData = {
  archives: [
    {
      remote: remoteFile('http://cs231n.stanford.edu/tiny-imagenet-200.zip', '90528d7ca1a48142e341f4ef8d21d0de', 248_100_043),
      archive: 'tiny-imagenet-200.zip',
      folder: 'tiny-imagenet-200',
    },
  ],
};
const SPLITS = ['train', 'val', 'test'];

/**
 * Tiny-ImageNet: `train` 100,000 and `val` 10,000 images of 200 classes, and `test` (unlabelled) where its folder is there.
 *
 * @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT.
 */
export function openTinyImagenet({ root, download = false }: z.input<typeof tinyImagenetConfig>): Dataset {
  const spec = { name: 'tiny-imagenet', root, download, data: REMOTE, splits: SPLITS };
  return fetchedDataset(spec, () => openLocal(root));
}

function openLocal(root: string): Dataset {
  const place: Place = { origin: ORIGIN, root: rootWith(root, ['', 'tiny-imagenet-200'], 'train') };
  const classes = once(async () => {
    const listed = existsSync(join(place.root, 'wnids.txt'))
      ? (await readLines(place, 'wnids.txt')).map((line) => line.trim()).sort()
      : await synsetFolders(join(place.root, 'train'));
    if (listed.length === 0) throw dataMissing(ORIGIN, place.root, ['wnids.txt', 'train/SYNSET']);
    return { synsets: listed, classes: await synsetNames(place, listed, ['words.txt']) };
  });
  const named = async (list: (synsets: readonly string[]) => Promise<Listed>): Promise<Listed> => {
    const { synsets, classes: names } = await classes();
    return { ...(await list(synsets)), classes: names };
  };
  const annotations = join(place.root, 'val', 'val_annotations.txt');
  const readers: Record<string, () => Promise<Listed>> = {
    train: () => named((synsets) => listSynsets(place, 'train', synsets)),
    val: () => named((synsets) => listVal(place, synsets, 'val/images', annotations)),
  };
  if (existsSync(join(place.root, 'test')))
    readers['test'] = async () => ({ names: (await flatImages(place, 'test')).map((image) => `test/${image}`) });
  return listedDataset('tiny-imagenet', place, readers);
}
