import type { Dataset } from '@mochi/contract';
import { join } from 'node:path';
import type { Origin } from '../file-errors.js';
import { joined, labelsByName, listedDataset, readLines, rootWith, type Listed, type Place } from '../listed.js';
import { once } from '../splits.js';
import type { z } from 'zod';
import { fetchedDataset, remoteFile, type RemoteData } from '../download/fetched-dataset.js';
import type { dtdConfig } from './config.js';

const ORIGIN: Origin = {
  title: 'Describable Textures (DTD)',
  layout: 'dtd/ with images/banded/*.jpg ... and labels/train1.txt, val1.txt, test1.txt ... test10.txt',
  from: 'www.robots.ox.ac.uk/~vgg/data/dtd (dtd-r1.0.1.tar.gz), unpacked',
};
const REMOTE: RemoteData = {
  archives: [
    {
      remote: remoteFile(
        'https://www.robots.ox.ac.uk/~vgg/data/dtd/download/dtd-r1.0.1.tar.gz',
        'fff73e5086ae6bdbea199a49dfb8a4c1',
        625_239_812,
      ),
      archive: 'dtd-r1.0.1.tar.gz',
      folder: 'dtd',
    },
  ],
};
const SPLITS = ['train', 'val', 'trainval', 'test'];

/**
 * DTD: splits `train`, `val`, `trainval` and `test` of one partition, 40 images of each of 47 classes in each of the three.
 *
 * @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT.
 */
export function openDtd({ root, partition = 1, download = false }: z.input<typeof dtdConfig>): Dataset {
  const spec = { name: 'dtd', root, download, data: REMOTE, splits: SPLITS };
  return fetchedDataset(spec, () => openLocal(root, partition));
}

function openLocal(root: string, partition: number): Dataset {
  const place: Place = { origin: ORIGIN, root: rootWith(root, ['', 'dtd'], 'labels') };
  const file = (part: string): string => `labels/${part}${partition}.txt`;
  const folderOf = (image: string): string => image.slice(0, image.indexOf('/'));
  const classes = once(async () => {
    const images = [...(await readLines(place, file('train'))), ...(await readLines(place, file('val')))];
    return [...new Set(images.map(folderOf))].sort();
  });
  const list = async (part: string): Promise<Listed> => {
    const images = (await readLines(place, file(part))).map((line) => line.trim());
    const names = await classes();
    return {
      names: images.map((image) => `images/${image}`),
      labels: labelsByName(images.map(folderOf), names, join(place.root, file(part))), // prettier-ignore
      classes: names,
    };
  };
  const [train, val] = [() => list('train'), () => list('val')];
  return listedDataset('dtd', place, { train, val, trainval: () => joined([train, val]), test: () => list('test') });
}
