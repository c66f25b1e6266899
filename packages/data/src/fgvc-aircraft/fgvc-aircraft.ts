import type { Dataset } from '@mochi/contract';
import { join } from 'node:path';
import type { Origin } from '../file-errors.js';
import { labelsByName, listedDataset, readLines, readRows, rootWith, type Listed, type Place } from '../listed.js';
import type { z } from 'zod';
import { fetchedDataset, remoteFile, type RemoteData } from '../download/fetched-dataset.js';
import type { fgvcAircraftConfig } from './config.js';

const ORIGIN: Origin = {
  title: 'FGVC-Aircraft',
  layout: 'fgvc-aircraft-2013b/data/ with images/, variants.txt and images_variant_train.txt ...',
  from: 'www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft (fgvc-aircraft-2013b.tar.gz), unpacked',
};
const REMOTE: RemoteData = {
  archives: [
    {
      remote: remoteFile(
        'https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/archives/fgvc-aircraft-2013b.tar.gz',
        'd4acdd33327262359767eeaa97a4f732',
      ),
      archive: 'fgvc-aircraft-2013b.tar.gz',
      folder: 'fgvc-aircraft-2013b',
    },
  ],
};
const SPLITS = ['train', 'val', 'trainval', 'test'];
const CLASSES = { variant: 'variants.txt', family: 'families.txt', manufacturer: 'manufacturers.txt' } as const;

/**
 * FGVC-Aircraft: splits `train`, `val`, `trainval` and `test`, about 3,333 images in each of the three.
 *
 * @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT.
 */
export function openFgvcAircraft({ root, labels = 'variant', download = false }: z.input<typeof fgvcAircraftConfig>): Dataset {
  const spec = { name: 'fgvc-aircraft', root, download, data: REMOTE, splits: SPLITS };
  return fetchedDataset(spec, () => openLocal(root, labels));
}

function openLocal(root: string, labels: keyof typeof CLASSES): Dataset {
  const place: Place = {
    origin: ORIGIN,
    root: rootWith(root, ['', 'data', 'fgvc-aircraft-2013b/data'], 'variants.txt'),
  };
  const list = async (part: string): Promise<Listed> => {
    const file = `images_${labels}_${part}.txt`;
    const rows = await readRows<'image' | 'name'>(place, file, /^(?<image>\d+)\s+(?<name>.*\S)\s*$/, '1025794 707-320');
    const classes = (await readLines(place, CLASSES[labels])).map((line) => line.trim());
    return {
      names: rows.map(({ image }) => `images/${image}.jpg`),
      labels: labelsByName(rows.map(({ name }) => name), classes, join(place.root, file)), // prettier-ignore
      classes,
    };
  };
  return listedDataset('fgvc-aircraft', place, {
    train: () => list('train'),
    val: () => list('val'),
    trainval: () => list('trainval'),
    test: () => list('test'),
  });
}
