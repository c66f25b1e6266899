import type { Dataset } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Origin } from '../file-errors.js';
import { labelsByName, listedDataset, readLines, rootWith, type Listed, type Place } from '../listed.js';
import type { z } from 'zod';
import type { sun397Config } from './config.js';

const ORIGIN: Origin = {
  title: 'SUN397',
  layout: 'SUN397/ with ClassName.txt, a/abbey/*.jpg ..., and Training_01.txt ... Testing_10.txt there or in Partitions/',
  from: 'vision.princeton.edu/projects/2010/SUN (SUN397.tar.gz and Partitions.zip), unpacked',
};

/**
 * SUN397: splits `train` and `test` of one partition, 50 images of each class in both. Names in the lists begin with a slash, as the
 * folders do: `/a/abbey/sun_x.jpg`.
 *
 * @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT where an image lies in the folder of no class.
 */
export function openSun397({ root, partition = 1 }: z.input<typeof sun397Config>): Dataset {
  const place: Place = { origin: ORIGIN, root: rootWith(root, ['', 'SUN397'], 'a') };
  const list = async (part: string): Promise<Listed> => {
    const number = String(partition).padStart(2, '0');
    const file = listFile(place, root, `${part}_${number}.txt`);
    const images = await readLines(file.place, file.name);
    const classes = await classNames(place, root);
    const folders = images.map((image) => image.slice(0, image.lastIndexOf('/')).trim());
    return {
      names: images.map((image) => image.trim().slice(1)),
      labels: labelsByName(folders, classes, join(file.place.root, file.name)),
      classes: classes.map((name) => name.slice(3)),
    };
  };
  return listedDataset('sun397', place, { train: () => list('Training'), test: () => list('Testing') });
}

/** Class folders, `/a/abbey`, in the order of their labels. */
async function classNames(place: Place, root: string): Promise<string[]> {
  const { place: at, name } = listFile(place, root, 'ClassName.txt');
  return (await readLines(at, name)).map((line) => line.trim());
}

/** A list in one of the places it is unpacked to; where it is in none, the first, for the error. */
function listFile(place: Place, root: string, name: string): { place: Place; name: string } {
  const places = [place.root, join(place.root, 'Partitions'), join(root, 'Partitions'), root];
  const found = places.find((folder) => existsSync(join(folder, name))) ?? place.root;
  return { place: { ...place, root: found }, name };
}
