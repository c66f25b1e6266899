import { DATASET, MochiError, type Dataset, type ImageStore, type SplitSource } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { describe, test } from 'vitest';
import { expectFault, pluginOf } from '../../test/small-plugin.js';
import { datasetConformance } from './conformances.js';
import { datasetChecks } from './dataset.js';

await startTensorFlow();

const pixels = (count: number): ImageStore => ({ kind: 'pixels', pixels: new Uint8Array(count * 12), height: 2, width: 2 });
const source = (name: string): SplitSource => ({
  name,
  length: 4,
  images: pixels(4),
  labels: Int32Array.of(0, 1, -1, 1),
  classes: ['cat', 'dog'],
  describe: (index) => `${name}/${index}.png`,
});
const unknown = (name: string) =>
  new MochiError('MOCHI_UNKNOWN_SPLIT', { happened: `no split ${name}`, expected: 'train or test', fix: 'Name one of them.' });

const dataset: Dataset = {
  name: 'small',
  splits: ['train', 'test'],
  split: async (name) => {
    if (!dataset.splits.includes(name)) throw unknown(name);
    return source(name);
  },
};

datasetConformance(pluginOf('data', DATASET, dataset));

let asked = 0;
const checksWith = (change: Partial<Dataset>) => datasetChecks(pluginOf('data', DATASET, () => ({ ...dataset, ...change })));
const withSource = (change: Partial<SplitSource>): Partial<Dataset> => ({
  split: async (name) => ({ ...(await dataset.split(name)), ...change }),
});

describe('what breaks the contract is found', () => {
  test.each<[string, Partial<Dataset>, string, RegExp]>([
    ['no split', { splits: [] }, 'its splits', /has no split/],
    ['a split under another name', withSource({ name: 'x' }), 'its splits', /the split "train" calls itself "x"/],
    [
      'a split without samples',
      withSource({ length: 0, images: pixels(0), labels: undefined }),
      'its splits',
      /has the length 0/,
    ],
    [
      'an image too few',
      withSource({ images: pixels(3) }),
      'its splits',
      /split "train" of the data set small has 4 samples, and pixels for 3/,
    ],
    ['a label too many', withSource({ labels: new Int32Array(5) }), 'its splits', /4 samples and 5 labels/],
    ['labels that are words', withSource({ labels: ['a', 'b', 'a', 'b'] as never }), 'its splits', /has an array of 4 as labels/],
    ['a split without a length', withSource({ length: undefined as never }), 'its splits', /has undefined as length/],
    ['a split without images', withSource({ images: undefined as never }), 'its splits', /has undefined as images/],
    ['images of an unknown kind', withSource({ images: { kind: 'file' } as never }), 'its splits', /images of the kind "file"/],
    [
      'a label without a class',
      withSource({ labels: Int32Array.of(0, 1, 2, 0) }),
      'its splits',
      /has the label 2 of sample 2, and 2 classes/,
    ],
    ['names that are one', withSource({ describe: () => 'image' }), 'every sample', /two samples are called image/],
    [
      'a sample without a name',
      withSource({ describe: (at) => (at === 0 ? '' : String(at)) }),
      'every sample',
      /sample 0 has no name/,
    ],
    [
      'files that are not there',
      withSource({ images: { kind: 'files', paths: [1, 2, 3, 4].map((at) => `/nowhere/${at}.png`) } }),
      'images can',
      /sample 0 \(train\/0\.png\) cannot be read: /,
    ],
    [
      'bytes that are no image',
      withSource({ images: { kind: 'encoded', files: Array.from({ length: 4 }, () => new Uint8Array(16)) } }),
      'images can',
      /cannot be read: /,
    ],
    [
      'an order of chance',
      withSource({ describe: (at) => `${(at + Math.floor(asked++ / 4)) % 4}.png` }),
      'samples are in the same order',
      /split train: another run has .* in the place of/,
    ],
    [
      'an unknown split opened',
      { split: async (name) => source(name) },
      'a split that it does not have',
      /opens the split "no-such-split"/,
    ],
    [
      'an unknown split that fails without a code',
      { split: async () => Promise.reject(new Error('ENOENT')) },
      'a split that it does not have',
      /fails without a code: Error: ENOENT/,
    ],
    [
      'an unknown split without the known ones',
      {
        split: async (name) => {
          throw new MochiError('MOCHI_UNKNOWN_SPLIT', { happened: `no split ${name}`, expected: 'another', fix: 'Look.' });
        },
      },
      'a split that it does not have',
      /does not name the split train/,
    ],
  ])('%s', (_, change, name, message) => expectFault(checksWith(change), name, message));
});
