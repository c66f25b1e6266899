import type { Dataset } from '@mochi/contract';
import { join } from 'node:path';
import { dataCorrupt, type Origin } from '../file-errors.js';
import { joined, listedDataset, readListFile, rootWith, type Listed, type Place } from '../listed.js';
import { variable } from '../matlab/mat-values.js';
import { readMat } from '../matlab/read-mat.js';
import type { z } from 'zod';
import { fetchedDataset, remoteFile, type RemoteData } from '../download/fetched-dataset.js';
import type { flowers102Config } from './config.js';

const ORIGIN: Origin = {
  title: 'Oxford 102 Flowers',
  layout: 'a folder with jpg/image_00001.jpg ..., imagelabels.mat and setid.mat',
  from: 'www.robots.ox.ac.uk/~vgg/data/flowers/102 (102flowers.tgz, imagelabels.mat, setid.mat), unpacked',
};
const REMOTE: RemoteData = {
  archives: [
    {
      remote: remoteFile('https://www.robots.ox.ac.uk/~vgg/data/flowers/102/102flowers.tgz', '52808999861908f626f3c1f4e79d11fa'),
      archive: '102flowers.tgz',
      folder: 'jpg',
    },
  ],
  files: [
    {
      remote: remoteFile('https://www.robots.ox.ac.uk/~vgg/data/flowers/102/imagelabels.mat', 'e0620be6f572b9609742df49c70aed4d'),
      file: 'imagelabels.mat',
    },
    {
      remote: remoteFile('https://www.robots.ox.ac.uk/~vgg/data/flowers/102/setid.mat', 'a5357ecc9cb78c4bef273ce3793fc85c'),
      file: 'setid.mat',
    },
  ],
};
const SPLITS = ['train', 'val', 'trainval', 'test'];
const CLASSES = 102;
/** The lists of setid.mat. `train` and `val` have 1,020 images, `test` 6,149. */
const LISTS = { train: 'trnid', val: 'valid', test: 'tstid' } as const;

/**
 * Oxford 102 Flowers: splits `train`, `val`, `trainval` and `test`. Its files have no class names, so classes are called by their numbers.
 *
 * @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT.
 */
export function openFlowers102({ root, download = false }: z.input<typeof flowers102Config>): Dataset {
  const spec = { name: 'flowers102', root, download, data: REMOTE, splits: SPLITS };
  return fetchedDataset(spec, () => openLocal(root));
}

function openLocal(root: string): Dataset {
  const place: Place = { origin: ORIGIN, root: rootWith(root, ['', 'flowers-102'], 'setid.mat') };
  const numbers = async (file: string, name: string): Promise<readonly number[]> => {
    const path = join(place.root, file);
    return variable(path, readMat(path, await readListFile(place, file)), name, 'numbers').values;
  };
  const list = async (part: keyof typeof LISTS): Promise<Listed> => {
    const labels = await numbers('imagelabels.mat', 'labels');
    const ids = await numbers('setid.mat', LISTS[part]);
    return {
      names: ids.map((id) => `jpg/image_${String(id).padStart(5, '0')}.jpg`),
      labels: Int32Array.from(ids, (id) => {
        const label = labels[id - 1];
        if (label === undefined || label < 1 || label > CLASSES)
          throw dataCorrupt(
            join(place.root, 'imagelabels.mat'),
            `image ${id}`,
            `its label is ${label}`,
            `1..${CLASSES} for each image`,
          );
        return label - 1;
      }),
      classes: Array.from({ length: CLASSES }, (_, at) => `class ${at + 1}`),
    };
  };
  const [train, val] = [() => list('train'), () => list('val')];
  return listedDataset('flowers102', place, { train, val, trainval: () => joined([train, val]), test: () => list('test') });
}
