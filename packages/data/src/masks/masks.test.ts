import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { golden } from '../../test/files.js';
import { polygonRuns } from './polygon-runs.js';
import { checkedRuns, runsOf, unionOf, unpackRuns } from './run-lengths.js';

interface Case {
  height: number;
  width: number;
  polygons: number[][];
  packed: string;
  counts: number[];
}
const cases = JSON.parse(readFileSync(golden('masks.json'), 'utf8')) as Case[];

test.each(cases)('$height x $width, $polygons.length polygons: every pixel as the COCO API has it', (given) => {
  const { height, width, polygons, packed, counts } = given;
  expect([...unpackRuns(packed, height, width).counts]).toEqual(counts);
  if (polygons.length > 0)
    expect([...unionOf(polygons.map((polygon) => polygonRuns(polygon, height, width))).counts]).toEqual(counts);
});

test('the cases cover polygons, unions and noise', () => expect(cases.length).toBeGreaterThan(15));

test('runs of a mask that begins with an object begin with an empty run', () => {
  expect([...runsOf(Uint8Array.of(1, 1, 0, 1), 2, 2).counts]).toEqual([0, 2, 1, 1]);
  expect([...runsOf(new Uint8Array(6), 2, 3).counts]).toEqual([6]);
});

test('runs that do not fit their image are refused', () => {
  expect(() => checkedRuns([1, 2], 2, 2)).toThrow(/runs of 3 pixels together, of an image of 2 x 2/);
  expect(() => checkedRuns([5, -1], 2, 2)).toThrow(/a run of -1/);
  const packed = cases.at(-1)!.packed;
  expect(() => unpackRuns(packed.slice(0, 40), 90, 70)).toThrow(RangeError);
  expect(() => unpackRuns(packed, 90, 71)).toThrow(/of an image of 90 x 71/);
});
