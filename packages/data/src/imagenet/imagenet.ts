import type { Dataset } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataMissing, type Origin } from '../file-errors.js';
import { listedDataset, rootWith, type Listed, type Place } from '../listed.js';
import { once } from '../splits.js';
import type { ImagenetConfig } from './config.js';
import { flatImages, listSynsets, listVal, synsetFolders, synsetNames } from './synset-folders.js';

export const IMAGENET_ORIGIN: Origin = {
  title: 'ImageNet (ILSVRC 2012)',
  layout: 'train/SYNSET/*.JPEG beside val/SYNSET/*.JPEG, or beside val/*.JPEG and a list of its labels',
  from: 'image-net.org (an account is needed), ILSVRC2012_img_train.tar and ILSVRC2012_img_val.tar, unpacked',
};

/**
 * ImageNet-1k: `train`, `val`, and `test` (unlabelled) where its folder is there. Classes are the synset folders of `train`, sorted: the
 * label order of every published model.
 *
 * @throws MOCHI_DATA_MISSING, MOCHI_DATA_CORRUPT.
 */
export const openImagenet = (config: ImagenetConfig): Dataset => openSynsets('imagenet', IMAGENET_ORIGIN, config);

/** @param only Synsets to keep, sorted; undefined: those that `train` has folders of. */
export function openSynsets(
  name: string,
  origin: Origin,
  { root, valLabels }: ImagenetConfig,
  only?: readonly string[],
): Dataset {
  // The challenge's own tree has the images three folders below its lists.
  const place: Place = { origin, root: rootWith(root, ['', 'ILSVRC/Data/CLS-LOC'], 'train') };
  const lists: Place = { origin, root };
  const classes = once(async () => {
    const synsets = only ?? (await synsetFolders(join(place.root, 'train')));
    if (synsets.length === 0) throw dataMissing(origin, root, ['train/SYNSET']);
    return { synsets, classes: await synsetNames(lists, synsets, ['LOC_synset_mapping.txt', 'words.txt']) };
  });
  const named = async (list: (synsets: readonly string[]) => Promise<Listed>): Promise<Listed> => {
    const { synsets, classes: names } = await classes();
    return { ...(await list(synsets)), classes: names };
  };
  const readers: Record<string, () => Promise<Listed>> = {
    train: () => named((synsets) => listSynsets(place, 'train', synsets)),
    val: () => named((synsets) => listVal(place, synsets, 'val', valLabels ?? usualList(lists, place))),
  };
  if (!only && existsSync(join(place.root, 'test')))
    readers['test'] = async () => ({ names: (await flatImages(place, 'test')).map((image) => `test/${image}`) });
  return listedDataset(name, place, readers);
}

/** In the challenge's own tree the list lies at the top, not beside the images. */
function usualList(lists: Place, place: Place): string | undefined {
  const csv = join(lists.root, 'LOC_val_solution.csv');
  return lists.root !== place.root && existsSync(csv) ? csv : undefined;
}
