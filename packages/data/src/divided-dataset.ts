import type { Dataset, SplitSource } from '@mochi/contract';
import { holdOut } from './hold-out.js';
import { splitOf, type NamedImages } from './named-images.js';
import { lazyDataset, once } from './splits.js';

/**
 * A data set that comes in one piece: `train` is all of it, or what `holdout` leaves; then `test` is the rest.
 *
 * @param read Lists the images, when a split is first asked for. @param holdout Share of each class in `test`, [0, 1); 0: no `test`.
 * @param seed Changes which images are held out; not the run's seed, which must not.
 */
export function dividedDataset(name: string, read: () => Promise<NamedImages>, holdout: number, seed: number): Dataset {
  const divided = once(async () => {
    const all = await read();
    return {
      all,
      ...(holdout > 0 ? await holdOut(all.names, all.labels, holdout, seed) : { train: undefined, test: undefined }),
    };
  });
  const readers = new Map<string, () => Promise<SplitSource>>([
    ['train', async () => divided().then(({ all, train }) => splitOf('train', all, train))],
  ]);
  if (holdout > 0) readers.set('test', async () => divided().then(({ all, test }) => splitOf('test', all, test)));
  return lazyDataset(name, readers);
}
