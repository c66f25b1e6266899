import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { golden } from '../../test/files.js';
import { readMat, type MatValue } from './read-mat.js';

const read = (name: string): ReadonlyMap<string, MatValue> => readMat(name, readFileSync(golden(name)));

test('numbers of every width, column by column, and texts beyond ASCII', () => {
  const mat = read('kinds.mat');
  expect(mat.get('i8')).toEqual({ kind: 'numbers', dims: [2, 2], values: [-1, 3, 2, -4] });
  expect(mat.get('i64')).toMatchObject({ values: [2 ** 40, -5] });
  expect(mat.get('f32')).toMatchObject({ values: [0.5, -1.25] });
  expect(mat.get('text')).toEqual({ kind: 'text', text: 'schön' });
  expect(mat.get('empty')).toMatchObject({ dims: [0, 0], values: [] });
});

test('structs within structs, and cells', () => {
  const nested = read('kinds.mat').get('nested');
  expect(nested).toMatchObject({ kind: 'struct', rows: [{ a: { rows: [{ b: { values: [7] } }] }, c: { kind: 'cell' } }] });
  expect(read('cars_meta.mat').get('class_names')).toMatchObject({
    dims: [1, 3],
    cells: [{ text: 'AM General Hummer SUV 2000' }, {}, { text: 'Bugatti Veyron 16.4 Coupé 2009' }],
  });
});

test('a struct array has a row for each element', () => {
  const annotations = read('cars_train_annos.mat').get('annotations');
  if (annotations?.kind !== 'struct') throw new Error('no struct');
  expect(annotations.rows.map(({ fname, class: label }) => [fname, label])).toEqual([
    [
      { kind: 'text', text: '00001.jpg' },
      { kind: 'numbers', dims: [1, 1], values: [3] },
    ],
    [
      { kind: 'text', text: '00002.jpg' },
      { kind: 'numbers', dims: [1, 1], values: [1] },
    ],
  ]);
});

test.each([
  {
    name: 'of another kind',
    bytes: Buffer.from('\x89HDF\r\n\x1a\n'.padEnd(200)),
    why: /byte 126: it does not begin as a MATLAB 5/,
  },
  {
    name: 'cut in a variable',
    bytes: readFileSync(golden('kinds.mat')).subarray(0, 400),
    why: /the variable at byte \d+: it is cut short/,
  },
  { name: 'cut in a packed one', bytes: readFileSync(golden('meta.mat')).subarray(0, 300), why: /byte 128: it is cut short/ },
  { name: 'empty', bytes: Buffer.alloc(0), why: /MATLAB/ },
])('a file $name is refused', ({ bytes, why }) => {
  expect(() => readMat('x.mat', bytes)).toThrow(why);
});

test('more elements than there are bytes are refused before memory is taken for them', () => {
  const bytes = Buffer.from(readFileSync(golden('cars_test_annos_withlabels.mat'))); // not packed
  const dims = bytes.indexOf(Buffer.from([5, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]));
  bytes.writeInt32LE(0x7fffffff, dims + 12);
  expect(() => readMat('x.mat', bytes)).toThrow(/it claims 2147483647 elements in \d+ bytes/);
});
