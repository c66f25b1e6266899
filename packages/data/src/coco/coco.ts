import type { Dataset } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sortNames } from '../breathe.js';
import { dataMissing, type Origin } from '../file-errors.js';
import { listImages } from '../image-folder/list-images.js';
import { listedDataset, type Listed, type Place } from '../listed.js';
import { readCocoFile } from './coco-file.js';
import type { z } from 'zod';
import type { cocoConfig } from './config.js';

const ORIGIN: Origin = {
  title: 'COCO',
  layout: 'train2017/, val2017/ and annotations/instances_train2017.json, instances_val2017.json (or those of 2014)',
  from: 'cocodataset.org (train2017.zip, val2017.zip, annotations_trainval2017.zip), unpacked into one folder',
};

/**
 * COCO: splits `train` (118,287 images of 2017) and `val` (5,000) with boxes and masks, `test` and `unlabeled` without, as far as their
 * folders are there. Classes are the categories in the order of their ids: 80 of them, ids 1 to 90.
 *
 * @throws MOCHI_DATA_MISSING; MOCHI_DATA_CORRUPT for annotations that are cut short or refer to nothing.
 */
export function openCoco({ root, year = '2017', own }: z.input<typeof cocoConfig>): Dataset {
  const place: Place = { origin: ORIGIN, root };
  const splits: Record<string, () => Promise<Listed>> = {};
  if (own)
    for (const [name, { images, annotations }] of Object.entries(own)) splits[name] = () => annotated(place, images, annotations);
  else {
    for (const name of ['train', 'val'])
      splits[name] = () => annotated(place, `${name}${year}`, `annotations/instances_${name}${year}.json`);
    for (const name of ['test', 'unlabeled'])
      if (existsSync(join(root, `${name}${year}`))) splits[name] = () => bare(place, `${name}${year}`);
  }
  return { ...listedDataset('coco', place, splits), ...(own ? {} : { version: year }) };
}

async function annotated(place: Place, folder: string, file: string): Promise<Listed> {
  if (!existsSync(join(place.root, file))) throw dataMissing(ORIGIN, place.root, [file]);
  const { images, annotations } = await readCocoFile(join(place.root, file));
  return { names: images.map((image) => `${folder}/${image.file_name}`), annotations };
}

async function bare(place: Place, folder: string): Promise<Listed> {
  const { images } = await listImages(join(place.root, folder));
  return { names: (await sortNames([...images])).map((image) => `${folder}/${image}`) };
}
