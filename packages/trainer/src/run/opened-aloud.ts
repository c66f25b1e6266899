import { warning, type Dataset } from '@mochi/contract';
import { requireSplit } from '../returned/dataset.js';
import { toldWhenSlow, type RunHost } from '@mochi/core';

const opened = async (dataset: Dataset, split: string) => requireSplit(dataset.name, split, await dataset.split(split));

/** The data set of a run: while a split takes longer than `runtime.slowSeconds` to open, warnings say so. It may be a download. */
export function openedAloud(host: RunHost): Dataset {
  const dataset = host.one('data');
  const { slowSeconds } = host.config.runtime;
  const split: Dataset['split'] = (name) =>
    toldWhenSlow(opened(dataset, name), slowSeconds, (seconds) => {
      const message = `the data set "${dataset.name}" has been opening its split "${name}" for ${seconds} s`;
      host.bus.emit(warning, { source: dataset.name, message });
    });
  const { name, version } = dataset;
  return { name, ...(version === undefined ? {} : { version }), splits: dataset.splits, split };
}
