import type { Dataset, SplitSource } from '@mochi/contract';
import { sortNames } from '../breathe.js';
import { dividedDataset } from '../divided-dataset.js';
import { splitClash, tarEmpty, tarTooBig } from '../errors.js';
import { isImage } from '../image-folder/list-images.js';
import { hasLabels, labelsOf, topFolder } from '../labels.js';
import { splitOf, type NamedImages } from '../named-images.js';
import { lazyDataset } from '../splits.js';
import type { ImageTarConfig } from './config.js';
import { readTar } from './read-tar.js';

/**
 * Tars of class folders as a data set, each read whole into memory when its split is first asked for.
 *
 * @throws MOCHI_SPLIT_CLASH at once; MOCHI_TAR_UNREADABLE, MOCHI_TAR_EMPTY, MOCHI_TAR_TOO_BIG from `split`.
 */
export function openImageTar(config: ImageTarConfig): Dataset {
  const { path, holdout, holdoutSeed } = config;
  if (typeof path !== 'string') {
    const splits = Object.keys(path);
    if (holdout > 0) throw splitClash('data.path', splits);
    const readers = splits.map((name) => [name, async () => splitOf(name, await readImages(path[name]!, config))] as const);
    return lazyDataset('image-tar', new Map<string, () => Promise<SplitSource>>(readers));
  }
  return dividedDataset('image-tar', () => readImages(path, config), holdout, holdoutSeed);
}

async function readImages(path: string, { labels, maxMiB }: ImageTarConfig): Promise<NamedImages> {
  const wanted = (name: string): boolean => isImage(name) && !name.split('/').some((part) => part.startsWith('.'));
  const { files, entries } = await readTar(path, wanted, (total) => {
    if (total > maxMiB * 2 ** 20) throw tarTooBig(path, maxMiB);
  });
  if (files.size === 0) throw tarEmpty(path, entries);
  const names = await sortNames([...files.keys()]);
  const inner = withoutSharedFolders(names);
  const classes = [...new Set(inner.map(topFolder).filter((name) => name !== undefined))].sort();
  return {
    names,
    images: { kind: 'encoded', files: names.map((name) => files.get(name)!) },
    ...((await hasLabels(inner, labels)) ? { labels: await labelsOf(inner, classes), classes } : {}),
  };
}

/** Names without the folders that all of them share (archives often have one on top), but never without their last folder. */
function withoutSharedFolders(names: readonly string[]): readonly string[] {
  let rest = names;
  for (;;) {
    const top = topFolder(rest[0]!);
    if (top === undefined || !rest.every((name) => name.startsWith(`${top}/`) && name.indexOf('/', top.length + 1) > 0))
      return rest;
    rest = rest.map((name) => name.slice(top.length + 1));
  }
}
