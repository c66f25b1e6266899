import type { Dataset, SplitSource } from '@mochi/contract';
import { unknownSplit } from './errors.js';

/** A data set whose splits are read when first asked for, once each. A read that fails is tried again the next time. */
export function lazyDataset(name: string, readers: ReadonlyMap<string, () => Promise<SplitSource>>): Dataset {
  const splits = [...readers.keys()];
  const read = new Map<string, Promise<SplitSource>>();
  return {
    name,
    splits,
    async split(wanted) {
      const reader = readers.get(wanted);
      if (!reader) throw unknownSplit(name, wanted, splits);
      let promise = read.get(wanted);
      if (!promise) {
        promise = reader();
        read.set(wanted, promise);
        promise.catch(() => read.delete(wanted));
      }
      return promise;
    },
  };
}

/** `make()` called once, its promise shared; called again after a failure. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let promise: Promise<T> | undefined;
  return () => {
    if (!promise) {
      promise = make();
      promise.catch(() => (promise = undefined));
    }
    return promise;
  };
}
