import { expect, test } from 'vitest';
import { endLine, failureLines, resultLine } from './format-evaluation.js';

test.each([
  ['higher' as const, 'knn/top1  12.50 % [10.00, 15.00]  (higher is better)'],
  [null, 'knn/top1  12.50 % [10.00, 15.00]'],
])('a result says which way is better, where there is one: %s', (better, line) =>
  expect(resultLine('knn/top1', { value: 12.5, low: 10, high: 15, unit: '%', better })).toBe(line),
);

test('evaluators that failed are told once each, and in the last line', () => {
  const failure = { evaluator: 'broken', code: null, message: 'it broke' };
  const failures = [{ ...failure, step: 3, epoch: 1 }, { ...failure, evaluator: 'knn', step: 3, epoch: 1 }, { ...failure, step: 6, epoch: 2 }]; // prettier-ignore
  expect(failureLines(failures)).toEqual([
    'broken failed at step 6: it broke\n  2 times in all',
    'knn failed at step 3: it broke',
  ]);
  expect(endLine({ outcome: 'finished', step: 6, failures }, 'runs/a')).toBe(
    'finished at step 6, but broken, knn failed: runs/a',
  );
  expect(endLine({ outcome: 'stopped', step: 6, failures: [] }, 'runs/a')).toBe('stopped at step 6: runs/a');
});
