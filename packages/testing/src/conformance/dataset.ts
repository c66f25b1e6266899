import { isMochiError, type Dataset, type Plugin, type SplitSource } from '@mochi/contract';
import { openImages, requireSplit } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { require } from './compare.js';
import { refusesUnknown, textOf, thrownBy, withService, type Check } from './suite.js';

/** Samples of a split that are looked at, spread over it. */
const LOOKED_AT = 200;
/** Images of a split that are decoded. */
const DECODED = 5;

/** What every data set must keep. @param options As in a config; they name a small one that is there. */
export function datasetChecks(plugin: Plugin, options: object = {}): Check[] {
  const onEach = (name: string, run: (source: SplitSource) => void | Promise<void>): Check => ({
    name,
    run: () =>
      withService(plugin, 'data', options, async (dataset) => {
        for (const split of dataset.splits) await within(`split ${split}`, async () => run(await opened(dataset, split)));
      }),
  });
  return [
    {
      name: 'its splits have names of their own, and each has an image for every sample, and labels that are classes or -1',
      run: () => withService(plugin, 'data', options, opens),
    },
    onEach('every sample has a name of its own for a person to read', describes),
    onEach('images can be decoded', decodes),
    { name: 'samples are in the same order each time: their places are their ids', run: () => keepsOrder(plugin, options) },
    { name: 'a split that it does not have is refused with a code', run: () => withService(plugin, 'data', options, refuses) },
    refusesUnknown(plugin, 'data', options),
  ];
}

async function within(where: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

const opened = async (dataset: Dataset, split: string): Promise<SplitSource> =>
  requireSplit(dataset.name, split, await dataset.split(split));

async function opens(dataset: Dataset): Promise<void> {
  const { splits } = dataset;
  require(splits.length > 0, 'it has no split');
  require(new Set(splits).size === splits.length, `two splits have one name: ${splits.join(', ')}`);
  for (const name of splits) {
    const source = await opened(dataset, name);
    require(source.name === name, `the split "${name}" calls itself "${source.name}"`);
    require(Number.isInteger(source.length) && source.length > 0, `the split "${name}" has the length ${source.length}`);
  }
}

/** Places spread over a split, the first and the last among them. */
const places = (length: number, most: number): number[] => {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, at) => Math.round((at * (length - 1)) / Math.max(1, count - 1)));
};

function describes(source: SplitSource): void {
  const names = places(source.length, LOOKED_AT).map((at) => source.describe(at));
  const empty = names.findIndex((name) => typeof name !== 'string' || name === '');
  require(empty < 0, `sample ${places(source.length, LOOKED_AT)[empty]} has no name`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  require(twice === undefined, `two samples are called ${twice}`);
}

function decodes({ images, length, describe }: SplitSource): void {
  const reader = openImages(images);
  try {
    for (const at of places(length, DECODED)) {
      const id = tf.scalar(at, 'int32');
      try {
        const image = reader.read(id);
        const [height, width, channels] = image.shape;
        image.dispose();
        require(height > 0 && width > 0 && channels === 3, `${describe(at)} has the shape [${height}, ${width}, ${channels}]`);
      } catch (error) {
        throw new Error(`sample ${at} (${describe(at)}) cannot be read: ${(error as Error).message}`, { cause: error });
      } finally {
        id.dispose();
      }
    }
  } finally {
    reader.dispose();
  }
}

/** Names and labels as two runs see them. */
async function keepsOrder(plugin: Plugin, options: object): Promise<void> {
  const look = async (): Promise<Record<string, string[]>> => {
    const seen: Record<string, string[]> = {};
    await withService(plugin, 'data', options, async (dataset) => {
      for (const split of dataset.splits) {
        const { length, labels, describe } = await dataset.split(split);
        seen[split] = places(length, LOOKED_AT).map((at) => `${describe(at)} (label ${labels?.[at] ?? 'none'})`);
      }
    });
    return seen;
  };
  const [first, second] = [await look(), await look()];
  require(Object.keys(first).join() === Object.keys(second).join(), 'another run sees other splits');
  for (const [split, names] of Object.entries(first)) {
    const at = names.findIndex((name, place) => second[split]![place] !== name);
    require(at <
      0, `split ${split}: another run has ${second[split]![at]} in the place of ${names[at]}. Sort what the file system lists, and take nothing from Math.random() or Date`);
  }
}

async function refuses(dataset: Dataset): Promise<void> {
  const error = await thrownBy(() => dataset.split('no-such-split'));
  require(error !== undefined, 'it opens the split "no-such-split"');
  require(isMochiError(error), `an unknown split fails without a code: ${textOf(error)}`);
  const unnamed = dataset.splits.find((name) => !error.message.includes(name));
  require(unnamed === undefined, `the error does not name the split ${unnamed}, which there is`);
}
