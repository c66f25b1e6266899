import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { golden, writeTree } from '../../test/files.js';
import { cocoConfig } from './config.js';
import { openCoco } from './coco.js';
import { jsonElements } from './json-elements.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-coco-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Case {
  height: number;
  width: number;
  polygons: number[][];
  packed: string;
  counts: number[];
}
const cases = JSON.parse(readFileSync(golden('masks.json'), 'utf8')) as Case[];
const [first, noise] = [cases[0]!, cases.at(-1)!];

const file = () => ({
  info: { description: 'a } [ in "a text"', year: 2017, contributors: [{ name: 'x' }] },
  images: [
    { id: 42, file_name: '000000000042.jpg', height: first.height, width: first.width, license: 1 },
    { id: 7, file_name: '000000000007.jpg', height: noise.height, width: noise.width },
    { id: 8, file_name: '000000000008.jpg', height: 5, width: 5 },
  ],
  annotations: [
    {
      id: 1,
      image_id: 7,
      category_id: 90,
      iscrowd: 1,
      bbox: [0, 0, 70, 90],
      segmentation: { size: [90, 70], counts: noise.counts },
    },
    { id: 2, image_id: 42, category_id: 3, iscrowd: 0, bbox: [1.5, 2, 10, 12.25], area: 9, segmentation: first.polygons },
    {
      id: 3,
      image_id: 7,
      category_id: 1,
      iscrowd: 0,
      bbox: [0, 0, 1, 1],
      segmentation: { size: [90, 70], counts: noise.packed },
    },
    { id: 4, image_id: 42, category_id: 1, bbox: [0, 0, 1, 1] },
  ],
  categories: [
    { id: 90, name: 'toothbrush', supercategory: 'indoor' },
    { id: 1, name: 'person' },
    { id: 3, name: 'car' },
  ],
});
function coco(name: string, change: (content: ReturnType<typeof file>) => unknown = (content) => content): string {
  const text = JSON.stringify(change(file()), null, 1);
  return writeTree(join(scratch, name), { 'annotations/instances_val2017.json': text }, [
    ...file().images.map((image) => `val2017/${image.file_name}`),
    'unlabeled2017/b.jpg',
    'unlabeled2017/a.jpg',
  ]);
}
const open = (root: string, options: object = {}) => openCoco(cocoConfig.parse({ root, ...options }));

test('polygons, plain runs and packed runs; classes by their ids; crowds are ignored', async () => {
  const val = await open(coco('whole')).split('val');
  expect([val.length, val.describe(0), val.annotations!.classes]).toEqual([
    3,
    'val2017/000000000042.jpg',
    ['person', 'car', 'toothbrush'],
  ]);
  const [polygon, bare] = (await val.annotations!.of(0)).objects;
  expect(polygon).toMatchObject({ label: 1, box: [1.5, 2, 10, 12.25], mask: { height: first.height, width: first.width } });
  expect([...polygon!.mask!.counts]).toEqual(first.counts);
  expect(bare).toEqual({ label: 0, box: [0, 0, 1, 1] });
  const [crowd, packed] = (await val.annotations!.of(1)).objects;
  expect([crowd!.label, crowd!.ignore, packed!.ignore]).toEqual([2, true, undefined]);
  expect([[...crowd!.mask!.counts], [...packed!.mask!.counts]]).toEqual([noise.counts, noise.counts]);
  expect(await val.annotations!.of(2)).toEqual({ objects: [] });
});

test('folders without annotations are splits too, of sorted names', async () => {
  const data = open(coco('bare'));
  expect([data.splits, data.version]).toEqual([['train', 'val', 'unlabeled'], '2017']);
  const unlabelled = await data.split('unlabeled');
  expect([unlabelled.describe(0), unlabelled.length, unlabelled.annotations]).toEqual(['unlabeled2017/a.jpg', 2, undefined]);
  await expect(data.split('train')).rejects.toThrow(/instances_train2017\.json not found/);
});

test("splits of one's own", async () => {
  const root = coco('own');
  const data = open(root, { own: { held: { images: 'val2017', annotations: 'annotations/instances_val2017.json' } } });
  expect([data.splits, (await data.split('held')).length]).toEqual([['held'], 3]);
});

test.each([
  { name: 'an annotation of an image that is not there', at: 'split', change: (c: ReturnType<typeof file>) => ({ ...c, images: c.images.slice(1) }), why: /annotation at byte \d+: its image 42/ }, // prettier-ignore
  { name: 'a category that is not there', at: 'of', change: (c: ReturnType<typeof file>) => ({ ...c, categories: c.categories.slice(0, 2) }), why: /annotation at byte \d+: its category 3/ }, // prettier-ignore
  { name: 'no images', at: 'split', change: () => ({ images: [], categories: [] }), why: /0 images and 0 categories/ },
])('$name is named', async ({ name, at, change, why }) => {
  const split = open(coco(name, change)).split('val');
  await expect(at === 'split' ? split : split.then((val) => val.annotations!.of(0))).rejects.toThrow(why);
});

test('a file cut short, and a mask of another size, are named', async () => {
  const root = coco('cut');
  const whole = readFileSync(join(root, 'annotations/instances_val2017.json'));
  writeTree(root, { 'annotations/instances_val2017.json': whole.subarray(0, 1500) });
  await expect(open(root).split('val')).rejects.toThrow(/instances_val2017\.json, element \d+[^]*it may be cut short/);
  const odd = coco('odd', (content) => {
    content.images[1]!.height = 91;
    return content;
  });
  await expect((await open(odd).split('val')).annotations!.of(1)).rejects.toThrow(/its mask is 90 x 70, its image 91 x 70/);
});

test('sizes and corners that would take all memory are refused', async () => {
  const of = async (change: (content: ReturnType<typeof file>) => unknown, name: string) =>
    (await open(coco(name, change)).split('val')).annotations!.of(0);
  const far = (content: ReturnType<typeof file>): unknown => {
    content.annotations[1]!.segmentation = [[0, 0, 1e12, 0, 5, 5]];
    return content;
  };
  await expect(of(far, 'far')).rejects.toThrow(/a corner of its polygon is at 1000000000000/);
  const vast = (content: ReturnType<typeof file>): unknown => {
    content.images[0]!.height = 1e9;
    return content;
  };
  await expect(of(vast, 'vast')).rejects.toThrow(/its image claims 1000000000 x 30 pixels/);
});

test('brackets and quotes in texts are no structure', () => {
  const text = Buffer.from('{"a": "x}]\\"[{", "b": [{"c": "]}\\\\"}, 3, [{"d": 1}], {"e": {"f": [{}]}}], "g": {"h": {}}}');
  const found = [...jsonElements(text)].map(({ key, start, end }) => [key, text.subarray(start, end).toString()]);
  expect(found.slice(0, 2)).toEqual([['b', '{"c": "]}\\\\"}'], ['b', '{"e": {"f": [{}]}}']]); // prettier-ignore
});
