import type { Dataset } from '@mochi/contract';
import { join } from 'node:path';
import type { Origin } from '../file-errors.js';
import { labelsByName, listedDataset, readLines, rootWith, type Listed, type Place } from '../listed.js';
import type { z } from 'zod';
import { fetchedDataset, remoteFile, type RemoteData } from '../download/fetched-dataset.js';
import type { food101Config } from './config.js';

const ORIGIN: Origin = {
  title: 'Food-101',
  layout: 'food-101/ with images/apple_pie/*.jpg ... and meta/classes.txt, train.txt, test.txt',
  from: 'data.vision.ee.ethz.ch/cvl/datasets_extra/food-101 (food-101.tar.gz), unpacked',
};
const REMOTE: RemoteData = {
  archives: [
    {
      remote: remoteFile('http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz', '85eeb15f3717b99a5da872d97d918f87'),
      archive: 'food-101.tar.gz',
      folder: 'food-101',
    },
  ],
};
const SPLITS = ['train', 'test'];

/** Food-101: `train` 750 and `test` 250 images of each of 101 classes. @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT. */
export function openFood101({ root, download = false }: z.input<typeof food101Config>): Dataset {
  const spec = { name: 'food101', root, download, data: REMOTE, splits: SPLITS };
  return fetchedDataset(spec, () => openLocal(root));
}

function openLocal(root: string): Dataset {
  const place: Place = { origin: ORIGIN, root: rootWith(root, ['', 'food-101'], 'meta') };
  const list = async (part: string): Promise<Listed> => {
    const file = `meta/${part}.txt`;
    const images = (await readLines(place, file)).map((line) => line.trim());
    const classes = (await readLines(place, 'meta/classes.txt')).map((line) => line.trim());
    const folders = images.map((image) => image.slice(0, image.indexOf('/')));
    return {
      names: images.map((image) => `images/${image}.jpg`),
      labels: labelsByName(folders, classes, join(place.root, file)),
      classes,
    };
  };
  return listedDataset('food101', place, { train: () => list('train'), test: () => list('test') });
}
