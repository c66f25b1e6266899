import { expect, test } from 'vitest';
import { growth, median, spread } from './statistics.js';

test.each([
  { name: 'one', values: [3], middle: 3 },
  { name: 'odd, not sorted as text', values: [10, 9, 200], middle: 10 },
  { name: 'even: the mean of two', values: [4, 1, 3, 2], middle: 2.5 },
])('median: $name', ({ values, middle }) => expect(median(values)).toBe(middle));

test('spread: least and greatest', () => expect(spread([2, 9, 1])).toEqual([1, 9]));

test.each([
  { name: 'linear', costs: [2, 4, 8], slope: 1 },
  { name: 'quadratic', costs: [1, 4, 16], slope: 2 },
  { name: 'constant', costs: [5, 5, 5], slope: 0 },
])('growth: $name', ({ costs, slope }) => expect(growth([1, 2, 4], costs)).toBeCloseTo(slope, 12));
