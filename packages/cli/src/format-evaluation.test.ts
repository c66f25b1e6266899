import { expect, test } from 'vitest';
import { resultLine } from './format-evaluation.js';

test.each([
  ['higher' as const, 'knn/top1  12.50 % [10.00, 15.00]  (higher is better)'],
  [null, 'knn/top1  12.50 % [10.00, 15.00]'],
])('a result says which way is better, where there is one: %s', (better, line) =>
  expect(resultLine('knn/top1', { value: 12.5, low: 10, high: 15, unit: '%', better })).toBe(line),
);
