import type { Dataset } from '@mochi/contract';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { golden, writeTree } from '../../test/files.js';
import { CMC_SHA256, CMC_SYNSETS } from '../imagenet100/class-list.js';
import { openImagenet100 } from '../imagenet100/imagenet100.js';
import { openTinyImagenet } from '../tiny-imagenet/tiny-imagenet.js';
import { openImagenet } from './imagenet.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-imagenet-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const root = (name: string): string => join(scratch, name);

async function shown(data: Dataset, split: string): Promise<string[]> {
  const source = await data.split(split);
  return Array.from({ length: source.length }, (_, at) => `${source.describe(at)}: ${source.classes?.[source.labels![at]!]}`);
}
const TRAIN = ['train/n02119789/n02119789_1.JPEG', 'train/n01440764/n01440764_7.JPEG', 'train/n01443537/n01443537_2.JPEG'];
const VAL = [1, 2, 3].map((n) => `val/ILSVRC2012_val_0000000${n}.JPEG`);

test('class folders in both splits: labels by the sorted synsets', async () => {
  const data = openImagenet({ root: writeTree(root('folders'), {}, [...TRAIN, 'val/n02119789/v.JPEG', 'val/n01440764/v.JPEG', 'val/n01443537/v.JPEG']) }); // prettier-ignore
  expect(data.splits).toEqual(['train', 'val']);
  expect([...(await data.split('train')).labels!]).toEqual([0, 1, 2]);
  expect(await shown(data, 'val')).toEqual(['n01440764', 'n01443537', 'n02119789'].map((id) => `val/${id}/v.JPEG: ${id}`));
});

const LISTS: { name: string; files: Record<string, string>; valLabels?: string; meta?: string; at?: string }[] = [
  {
    name: "the competition's table",
    files: {
      'LOC_val_solution.csv':
        'ImageId,PredictionString\nILSVRC2012_val_00000002,n01440764 85 1 499 272 \nILSVRC2012_val_00000001,n02119789 1 2 3 4 \nILSVRC2012_val_00000003,n01440764 1 2 3 4 \n',
    },
  },
  { name: 'synset ids in order', files: { 'imagenet_2012_validation_synset_labels.txt': 'n02119789\nn01440764\nn01440764\n' } },
  {
    name: 'the development kit',
    files: { 'ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt': '1\n2\n2\n' },
    meta: 'ILSVRC2012_devkit_t12/data/meta.mat',
  },
  {
    name: "a list of the user's own",
    files: { 'mine.txt': VAL.map((name, at) => `${name.slice(4)} ${at === 0 ? 'n02119789' : 'n01440764'}`).join('\n') },
    valLabels: 'mine.txt',
  },
];
test.each(LISTS)('a flat validation folder with $name', async ({ name, files, valLabels, meta }) => {
  const at = writeTree(root(name), files, [...TRAIN, ...VAL]);
  if (meta) copyFileSync(golden('meta.mat'), join(at, meta));
  const data = openImagenet({ root: at, ...(valLabels ? { valLabels: join(at, valLabels) } : {}) });
  expect(await shown(data, 'val')).toEqual([`${VAL[0]}: n02119789`, `${VAL[1]}: n01440764`, `${VAL[2]}: n01440764`]);
});

test("the challenge's own tree: images three folders below, names of classes, a test split without labels", async () => {
  const at = root('challenge');
  const inner = 'ILSVRC/Data/CLS-LOC';
  writeTree(
    at,
    {
      'LOC_synset_mapping.txt': 'n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\nn02119789 kit fox\n',
      'LOC_val_solution.csv': 'ImageId,PredictionString\nILSVRC2012_val_00000001,n01443537 1 1 2 2\n',
    },
    [...TRAIN, VAL[0]!, 'test/ILSVRC2012_test_00000001.JPEG'].map((name) => `${inner}/${name}`),
  );
  const data = openImagenet({ root: at });
  expect(await shown(data, 'val')).toEqual([`${VAL[0]}: n01443537 goldfish`]);
  const held = await data.split('test');
  expect([held.length, held.labels, held.describe(0)]).toEqual([1, undefined, 'test/ILSVRC2012_test_00000001.JPEG']);
});

test('a flat folder without a list, and an image that the list leaves out, are named', async () => {
  const at = writeTree(root('unlabelled'), {}, [...TRAIN, ...VAL]);
  await expect(openImagenet({ root: at }).split('val')).rejects.toThrow(/labels of the flat folder val[^]*MOCHI_DATA_MISSING/);
  writeTree(at, { 'val_annotations.txt': 'ILSVRC2012_val_00000001.JPEG n01440764\n' });
  await expect(openImagenet({ root: at }).split('val')).rejects.toThrow(/ILSVRC2012_val_00000002\.JPEG is none of them/);
});

test('the list of ImageNet-100 is the published one', () => {
  expect(new Set(CMC_SYNSETS).size).toBe(100);
  expect(createHash('sha256').update(CMC_SYNSETS.map((id) => `${id}\n`).join('')).digest('hex')).toBe(CMC_SHA256); // prettier-ignore
});

test('ImageNet-100 keeps its classes alone, of folders and of a flat validation folder', async () => {
  const all = [...CMC_SYNSETS, 'n01440764'].map((id) => `train/${id}/${id}_1.JPEG`);
  const lines = [`${VAL[0]!.slice(4)} n01440764`, `${VAL[1]!.slice(4)} n02869837`, `${VAL[2]!.slice(4)} n01558993`];
  const data = openImagenet100({
    root: writeTree(root('hundred'), { 'val_annotations.txt': lines.join('\n') }, [...all, ...VAL]),
  });
  const train = await data.split('train');
  expect([train.length, train.classes!.length, train.classes![0]]).toEqual([100, 100, 'n01558993']);
  expect(await shown(data, 'val')).toEqual([`${VAL[1]}: n02869837`, `${VAL[2]}: n01558993`]);
  rmSync(join(root('hundred'), 'train/n02869837'), { recursive: true });
  const gap = openImagenet100({ root: root('hundred') });
  await expect(gap.split('train')).rejects.toThrow(/ImageNet-100 is not complete[^]*train\/n02869837 not found[^]*data\.list/);
});

test("a list of one's own takes the place of the hundred; a bad one is refused", async () => {
  const at = writeTree(root('own'), { list: 'n02119789\nn01440764\n', bad: 'n02119789\ncat\n' }, TRAIN);
  expect((await openImagenet100({ root: at, list: join(at, 'list') }).split('train')).classes).toEqual([
    'n01440764',
    'n02119789',
  ]);
  expect(() => openImagenet100({ root: at, list: join(at, 'bad') })).toThrow(/entry 2: it reads "cat"/);
  expect(() => openImagenet100({ root: at, list: join(at, 'none') })).toThrow(/MOCHI_DATA_MISSING/);
});

test('Tiny-ImageNet as it comes: a folder of images in each class, val by its annotations', async () => {
  const at = writeTree(
    join(root('tiny'), 'tiny-imagenet-200'),
    {
      'wnids.txt': 'n02119789\nn01443537\n',
      'words.txt': 'n01443537\tgoldfish, Carassius auratus\nn02119789\tkit fox, Vulpes macrotis\nn00000001\tentity\n',
      'val/val_annotations.txt': 'val_0.JPEG\tn02119789\t0\t32\t44\t62\nval_1.JPEG\tn01443537\t52\t55\t57\t59\n',
      'train/n01443537/n01443537_boxes.txt': '',
    },
    ['train/n01443537/images/n01443537_0.JPEG', 'train/n02119789/images/n02119789_0.JPEG', 'val/images/val_0.JPEG', 'val/images/val_1.JPEG', 'test/images/test_0.JPEG'], // prettier-ignore
  );
  for (const place of [at, root('tiny')]) {
    const data = openTinyImagenet({ root: place });
    expect(await shown(data, 'val')).toEqual([
      'val/images/val_0.JPEG: n02119789 kit fox',
      'val/images/val_1.JPEG: n01443537 goldfish',
    ]);
    expect((await shown(data, 'train'))[0]).toBe('train/n01443537/images/n01443537_0.JPEG: n01443537 goldfish');
    expect((await data.split('test')).length).toBe(1);
  }
});

test('Tiny-ImageNet laid out as class folders', async () => {
  const data = openTinyImagenet({ root: writeTree(root('tiny-flat'), {}, [...TRAIN, 'val/n02119789/val_1.JPEG', 'val/n01440764/val_0.JPEG', 'val/n01443537/val_3.JPEG']) }); // prettier-ignore
  expect([...(await data.split('val')).labels!]).toEqual([0, 1, 2]);
});
