import type { Dataset } from '@mochi/contract';
import { join } from 'node:path';
import { dataCorrupt, type Origin } from '../file-errors.js';
import { listedDataset, readRows, rootWith, type Listed, type Place } from '../listed.js';
import { once } from '../splits.js';
import type { z } from 'zod';
import { fetchedDataset, remoteFile, type RemoteData } from '../download/fetched-dataset.js';
import type { oxfordPetsConfig } from './config.js';

const ORIGIN: Origin = {
  title: 'Oxford-IIIT Pets',
  layout: 'a folder with images/*.jpg and annotations/trainval.txt, test.txt',
  from: 'www.robots.ox.ac.uk/~vgg/data/pets (images.tar.gz and annotations.tar.gz), unpacked',
};
const REMOTE: RemoteData = {
  archives: [
    {
      remote: remoteFile(
        'https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz',
        '5c4f3ee8e5d25df40f4fd59a7f44e54c',
        791_918_971,
      ),
      archive: 'images.tar.gz',
      folder: 'images',
    },
    {
      remote: remoteFile(
        'https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz',
        '95a8c909bbe2e81eed6a22bccdf3f68f',
      ),
      archive: 'annotations.tar.gz',
      folder: 'annotations',
    },
  ],
};
const SPLITS = ['trainval', 'test'];
const ROW = /^(?<image>\S+)\s+(?<breed>\d+)\s+(?<species>[12])\s+\d+\s*$/;
type Row = Record<'image' | 'breed' | 'species', string>;
const SPECIES = ['cat', 'dog'];

/**
 * Oxford-IIIT Pets: `trainval` 3,680 and `test` 3,669 images of 37 breeds. A breed is named as its images are: `Abyssinian_100.jpg`.
 *
 * @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT.
 */
export function openOxfordPets({ root, labels = 'breed', download = false }: z.input<typeof oxfordPetsConfig>): Dataset {
  const spec = { name: 'oxford-pets', root, download, data: REMOTE, splits: SPLITS };
  return fetchedDataset(spec, () => openLocal(root, labels));
}

function openLocal(root: string, labels: 'breed' | 'species'): Dataset {
  const place: Place = { origin: ORIGIN, root: rootWith(root, ['', 'oxford-iiit-pet'], 'annotations') };
  const read = (part: string): Promise<Row[]> =>
    readRows(
      place,
      `annotations/${part}.txt`,
      ROW,
      'Abyssinian_100 1 1 1 (image, breed from 1, species 1 or 2, breed of the species)',
    );
  const breeds = once(async () => breedNames([...(await read('trainval')), ...(await read('test'))], place));
  const list = async (part: string): Promise<Listed> => {
    const rows = await read(part);
    return {
      names: rows.map(({ image }) => `images/${image}.jpg`),
      labels: Int32Array.from(rows, (row) => Number(row[labels]) - 1),
      classes: labels === 'species' ? SPECIES : await breeds(),
    };
  };
  return listedDataset('oxford-pets', place, { trainval: () => list('trainval'), test: () => list('test') });
}

function breedNames(rows: readonly Row[], { root }: Place): string[] {
  const names: string[] = [];
  for (const { image, breed } of rows) {
    const name = image.replace(/_\d+$/, '').replaceAll('_', ' ');
    const known = (names[Number(breed) - 1] ??= name);
    if (known !== name)
      throw dataCorrupt(
        join(root, 'annotations'),
        `image ${image}`,
        `its breed ${breed} was ${known} before`,
        'one name a breed',
      );
  }
  return Array.from(names, (name, at) => name ?? `breed ${at + 1}`);
}
