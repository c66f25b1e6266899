import type { Dataset } from '@mochi/contract';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { golden, writeTree } from '../test/files.js';
import { openDtd } from './dtd/dtd.js';
import { openFgvcAircraft } from './fgvc-aircraft/fgvc-aircraft.js';
import { openFlowers102 } from './flowers102/flowers102.js';
import { openFood101 } from './food101/food101.js';
import { openOxfordPets } from './oxford-pets/oxford-pets.js';
import { openStanfordCars } from './stanford-cars/stanford-cars.js';
import { openSun397 } from './sun397/sun397.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-listed-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What a split is: each image with the name of its class. */
async function shown(data: Dataset, split: string): Promise<string[]> {
  const source = await data.split(split);
  if (source.images.kind !== 'files') throw new Error('not files');
  expect(source.images.paths.length).toBe(source.length);
  return Array.from({ length: source.length }, (_, at) => `${source.describe(at)}: ${source.classes![source.labels![at]!]}`);
}
const root = (name: string): string => join(scratch, name);

test('SUN397: folders of any depth are classes, a partition has its lists', async () => {
  const data = openSun397({
    partition: 3,
    root: writeTree(
      root('sun'),
      {
        'SUN397/ClassName.txt': '/a/abbey\n/a/apartment_building/outdoor\n',
        'Partitions/Training_03.txt': '/a/abbey/sun_b.jpg\n/a/apartment_building/outdoor/sun_c.jpg\n',
        'Partitions/Testing_03.txt': '/a/abbey/sun_a.jpg\n',
      },
      ['a/abbey/sun_a.jpg', 'a/abbey/sun_b.jpg', 'a/apartment_building/outdoor/sun_c.jpg'].map((name) => `SUN397/${name}`),
    ),
  });
  expect(await shown(data, 'train')).toEqual([
    'a/abbey/sun_b.jpg: abbey',
    'a/apartment_building/outdoor/sun_c.jpg: apartment_building/outdoor',
  ]);
  expect(await shown(data, 'test')).toEqual(['a/abbey/sun_a.jpg: abbey']);
});

test('DTD: trainval is train, then val', async () => {
  const data = openDtd({
    partition: 1,
    root: writeTree(
      root('dtd-root'),
      {
        'dtd/labels/train1.txt': 'dotted/d_2.jpg\n',
        'dtd/labels/val1.txt': 'banded/b_1.jpg\n',
        'dtd/labels/test1.txt': 'banded/b_2.jpg',
      },
      ['dotted/d_2.jpg', 'banded/b_1.jpg', 'banded/b_2.jpg'].map((name) => `dtd/images/${name}`),
    ),
  });
  expect(await shown(data, 'trainval')).toEqual(['images/dotted/d_2.jpg: dotted', 'images/banded/b_1.jpg: banded']);
  expect([...(await data.split('train')).labels!]).toEqual([1]);
});

test('Food-101: classes are in the order of classes.txt', async () => {
  const data = openFood101({
    root: writeTree(
      root('food'),
      { 'meta/classes.txt': 'waffles\napple_pie\n', 'meta/train.txt': 'apple_pie/10\nwaffles/9\n', 'meta/test.txt': 'soup/1\n' },
      ['images/apple_pie/10.jpg', 'images/waffles/9.jpg'],
    ),
  });
  expect(await shown(data, 'train')).toEqual(['images/apple_pie/10.jpg: apple_pie', 'images/waffles/9.jpg: waffles']);
  expect([...(await data.split('train')).labels!]).toEqual([1, 0]);
  await expect(data.split('test')).rejects.toThrow(/test\.txt, entry 1: "soup" is no class/);
});

test.each([
  { labels: 'variant', want: 'images/0123.jpg: F/A-18' },
  { labels: 'manufacturer', want: 'images/0123.jpg: McDonnell Douglas' },
] as const)('Aircraft by $labels: names may have spaces and slashes', async ({ labels, want }) => {
  const files = {
    'variants.txt': '707-320\nF/A-18\n',
    'manufacturers.txt': 'Boeing\nMcDonnell Douglas\n',
    'images_variant_val.txt': '0123 F/A-18\n',
    'images_manufacturer_val.txt': '0123 McDonnell Douglas\n',
  };
  const at = writeTree(join(root('planes'), 'fgvc-aircraft-2013b/data'), files, ['images/0123.jpg']);
  for (const place of [at, root('planes')]) expect(await shown(openFgvcAircraft({ root: place, labels }), 'val')).toEqual([want]);
});

test('Pets: by breed or by species; a line of another form is named', async () => {
  const files = {
    'annotations/trainval.txt': '# image class species breed\nAbyssinian_100 1 1 1\namerican_bulldog_7 2 2 1\n',
    'annotations/test.txt': 'yorkshire_terrier_9 3 2 2\n',
  };
  const at = writeTree(root('pets'), files, ['Abyssinian_100', 'american_bulldog_7', 'yorkshire_terrier_9'].map((name) => `images/${name}.jpg`)); // prettier-ignore
  expect(await shown(openOxfordPets({ root: at, labels: 'breed' }), 'trainval')).toEqual([
    'images/Abyssinian_100.jpg: Abyssinian',
    'images/american_bulldog_7.jpg: american bulldog',
  ]);
  expect(await shown(openOxfordPets({ root: at, labels: 'species' }), 'test')).toEqual(['images/yorkshire_terrier_9.jpg: dog']);
  writeTree(at, { 'annotations/test.txt': 'yorkshire_terrier_9 3 2\n' });
  await expect(openOxfordPets({ root: at, labels: 'species' }).split('test')).rejects.toThrow(/test\.txt, entry 1: it reads/);
});

const images = (count: number): string[] => Array.from({ length: count }, (_, at) => `jpg/image_0000${at + 1}.jpg`);
const copy = (to: string, files: Readonly<Record<string, string>>): void => {
  for (const [name, file] of Object.entries(files)) {
    mkdirSync(join(to, name, '..'), { recursive: true });
    copyFileSync(golden(file), join(to, name));
  }
};

test('Flowers: the MATLAB files say labels (from 1) and splits', async () => {
  const at = writeTree(root('flowers'), {}, images(6));
  copy(at, { 'imagelabels.mat': 'imagelabels.mat', 'setid.mat': 'setid.mat' });
  const data = openFlowers102({ root: at });
  expect(await shown(data, 'trainval')).toEqual([
    'jpg/image_00001.jpg: class 77',
    'jpg/image_00003.jpg: class 1',
    'jpg/image_00002.jpg: class 102',
  ]);
  expect([...(await data.split('test')).labels!]).toEqual([4, 8, 4]);
});

test('Cars: from the development kit, or from the one list', async () => {
  const kit = writeTree(root('cars'), {}, ['cars_train/00001.jpg', 'cars_train/00002.jpg', 'cars_test/00001.jpg']);
  copy(kit, {
    'devkit/cars_meta.mat': 'cars_meta.mat',
    'devkit/cars_train_annos.mat': 'cars_train_annos.mat',
    'cars_test_annos_withlabels.mat': 'cars_test_annos_withlabels.mat',
  });
  const data = openStanfordCars({ root: kit });
  expect(await shown(data, 'train')).toEqual([
    'cars_train/00001.jpg: Bugatti Veyron 16.4 Coupé 2009',
    'cars_train/00002.jpg: AM General Hummer SUV 2000',
  ]);
  expect(await shown(data, 'test')).toEqual(['cars_test/00001.jpg: Acura RL Sedan 2012']);
  const one = writeTree(root('cars-one'), {}, [1, 2, 3].map((n) => `car_ims/00000${n}.jpg`)); // prettier-ignore
  copy(one, { 'cars_annos.mat': 'cars_annos.mat' });
  expect(await shown(openStanfordCars({ root: one }), 'test')).toEqual(['car_ims/000002.jpg: AM General Hummer SUV 2000']);
});

test('a folder, a list or images that are missing are named, with where to get them', async () => {
  expect(() => openDtd({ root: root('nowhere'), partition: 1 })).toThrow(/DTD[^]*nowhere not found[^]*vgg\/data\/dtd/);
  const bare = writeTree(root('bare'), { 'meta/classes.txt': 'a\n', 'meta/train.txt': 'a/1\na/2\n' });
  const data = openFood101({ root: bare });
  await expect(data.split('train')).rejects.toThrow(/images\/a\/1\.jpg, images\/a\/2\.jpg not found[^]*MOCHI_DATA_MISSING/);
  await expect(data.split('test')).rejects.toThrow(/meta\/test\.txt not found/);
});
