import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { golden, writeTree } from '../../test/files.js';
import { vocConfig } from './config.js';
import { parseVocAnnotation } from './parse-annotation.js';
import { openVoc } from './voc.js';

const scratch = mkdtempSync(join(tmpdir(), 'mochi-voc-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const object = (name: string, box: readonly number[], more = ''): string =>
  `<object><name>${name}</name><pose>Left</pose><truncated>0</truncated>${more}<bndbox><xmin>${box[0]}</xmin><ymin>${box[1]}</ymin><xmax>${box[2]}</xmax><ymax>${box[3]}</ymax></bndbox></object>`;
const xml = (objects: string, filename = 'x.jpg'): string =>
  `<annotation>\n\t<folder>VOC2007</folder>\n\t<filename>${filename}</filename>\n\t<size><width>8</width><height>6</height><depth>3</depth></size>\n\t${objects}\n</annotation>\n`;
const HEAD = '<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>';

function voc(name: string): string {
  const at = join(scratch, name);
  writeTree(
    join(at, 'VOCdevkit/VOC2007'),
    {
      'Annotations/000005.xml': xml(
        object('person', [2, 2, 3, 4], HEAD) + object('cat', [6, 3, 8, 6], '<difficult>1</difficult>'),
      ),
      'Annotations/000007.xml': xml(object('tvmonitor', [1, 1, 8, 6])),
      'ImageSets/Main/train.txt': '000005\n000007  1\n',
      'ImageSets/Main/cat_train.txt': '000005 1\n000007 -1\n',
      'ImageSets/Main/test.txt': '000009\n',
      'ImageSets/Segmentation/train.txt': '000005\n',
    },
    ['5', '7', '9'].map((id) => `JPEGImages/00000${id}.jpg`),
  );
  return at;
}
const open = (root: string, options: object = {}) => openVoc(vocConfig.parse({ root, ...options }));

test('boxes from 0, objects alone (no parts of them), the twenty classes', async () => {
  const data = open(voc('whole'));
  expect([data.splits, data.version]).toEqual([['train', 'test'], '2007']);
  const train = await data.split('train');
  expect([train.length, train.describe(1), train.labels]).toEqual([2, 'JPEGImages/000007.jpg', undefined]);
  expect(train.annotations!.classes).toHaveLength(20);
  expect(await train.annotations!.of(0)).toEqual({
    objects: [
      { label: 14, box: [1, 1, 2, 3] },
      { label: 7, box: [5, 2, 3, 4], ignore: true },
    ],
  });
  expect((await train.annotations!.of(1)).objects).toEqual([{ label: 19, box: [0, 0, 8, 6] }]);
  expect((await data.split('test')).annotations).toBeUndefined();
});

test('Segmentation: a mask for each object, and a class for each pixel', async () => {
  const root = voc('masks');
  for (const kind of ['Object', 'Class']) {
    const folder = join(root, `VOCdevkit/VOC2007/Segmentation${kind}`);
    mkdirSync(folder);
    copyFileSync(golden(`voc-${kind.toLowerCase()}.png`), join(folder, '000005.png'));
  }
  const { objects, segmentation } = await (await open(root, { imageSet: 'Segmentation' }).split('train')).annotations!.of(0);
  // The person: rows 1 to 3 of columns 1 and 2; the cat: rows 2 to 5 of columns 5 to 7. Six rows.
  expect(objects.map(({ mask }) => [...mask!.counts])).toEqual([[7, 3, 3, 3, 32], [32, 4, 2, 4, 2, 4]]); // prettier-ignore
  expect([segmentation!.width, segmentation!.labels[8 + 1], segmentation!.labels[8 + 3], segmentation!.labels[47]]).toEqual([8, 15, 255, 8]); // prettier-ignore
  const vast = readFileSync(golden('voc-object.png'));
  vast.writeUInt32BE(1e9, 16);
  writeTree(join(root, 'VOCdevkit/VOC2007'), { 'SegmentationObject/000005.png': vast });
  const claimed = (await open(root, { imageSet: 'Segmentation' }).split('train')).annotations!;
  await expect(claimed.of(0)).rejects.toThrow(/it claims 6 x 1000000000 pixels/);
  const plain = { 'SegmentationObject/000005.png': 'no image' };
  writeTree(join(root, 'VOCdevkit/VOC2007'), plain);
  const broken = (await open(root, { imageSet: 'Segmentation' }).split('train')).annotations!;
  await expect(broken.of(0)).rejects.toThrow(/SegmentationObject\/000005\.png, byte 0[^]*MOCHI_DATA_CORRUPT/);
});

test("other people's data of this form: their classes, their endings", async () => {
  const root = writeTree(
    join(scratch, 'cells'),
    {
      'Annotations/a.xml': xml(object('WBC', [1, 1, 2, 2]) + object('RBC', [1, 1, 1, 1]), 'a.png'),
      'ImageSets/Main/val.txt': 'a\n',
    },
    ['JPEGImages/a.png'],
  );
  const val = await open(root).split('val');
  expect([val.describe(0), val.annotations!.classes]).toEqual(['JPEGImages/a.png', ['RBC', 'WBC']]);
  expect((await val.annotations!.of(0)).objects.map(({ label, box }) => [label, ...box])).toEqual([[1, 0, 0, 2, 2], [0, 0, 0, 1, 1]]); // prettier-ignore
});

test.each([
  { name: 'cut short', text: xml(object('cat', [1, 1, 2, 2])).slice(0, 200), why: /a\.xml, line \d+/ },
  { name: 'no annotation', text: '<root/>', why: /it has no <annotation>/ },
  {
    name: 'a box that is none',
    text: xml(object('cat', [5, 1, 2, 2])),
    why: /object 1: it is called cat and has the box 5, 1, 2, 2/,
  },
  { name: 'a side that is no number', text: xml(object('cat', [5, 1, NaN, 2])), why: /object 1/ },
  { name: 'an object without a name', text: xml('<object><bndbox/></object>'), why: /object 1: it is called undefined/ },
])('an annotation with $name is named', ({ text, why }) => expect(() => parseVocAnnotation('a.xml', text)).toThrow(why));

test('sides may be fractions', () => {
  expect(parseVocAnnotation('a.xml', xml(object('cat', [45.5, 1, 50.25, 2]))).objects[0]!.box).toEqual([44.5, 0, 5.75, 2]);
});

test('an annotation that is missing is named, and so is a folder without lists', async () => {
  const root = voc('gap');
  rmSync(join(root, 'VOCdevkit/VOC2007/Annotations/000007.xml'));
  await expect(open(root).split('train')).rejects.toThrow(/Annotations\/000007\.xml not found/);
  expect(() => open(root, { year: '2012' })).toThrow(/ImageSets\/Main\/train\.txt not found[^]*MOCHI_DATA_MISSING/);
});
