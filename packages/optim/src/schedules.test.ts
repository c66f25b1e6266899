import { describe, expect, test } from 'vitest';
import { progressAt } from '../test/progress.js';
import { constant, cosine, step } from './index.js';

const at = (number: number) => progressAt(number, 10, 20); // 10 steps an epoch, 20 epochs
const half = (share: number) => 0.5 * (1 + Math.cos(Math.PI * share));

describe('factors, at 10 steps an epoch and 20 epochs', () => {
  test.each([
    { name: 'constant', schedule: constant(), want: { 0: 1, 199: 1 } },
    {
      name: 'constant after 2 epochs of warm-up',
      schedule: constant({ warmup: '2ep' }),
      want: { 0: 0, 5: 0.25, 19: 0.95, 20: 1, 150: 1 },
    },
    {
      name: 'warm-up in steps, from a tenth',
      schedule: constant({ warmup: '4 steps', warmupFrom: 0.1 }),
      want: { 0: 0.1, 1: 0.325, 4: 1 },
    },
    {
      name: 'warm-up by epoch',
      schedule: constant({ warmup: '2ep', by: 'epoch' }),
      want: { 0: 0, 9: 0, 10: 0.5, 19: 0.5, 20: 1 },
    },
    { name: 'cosine by step', schedule: cosine(), want: { 0: 1, 1: half(1 / 200), 100: 0.5, 199: half(199 / 200) } },
    {
      name: 'cosine by epoch',
      schedule: cosine({ by: 'epoch' }),
      want: { 0: 1, 9: 1, 10: half(1 / 20), 109: 0.5, 199: half(19 / 20) },
    },
    {
      name: 'cosine over what the warm-up leaves',
      schedule: cosine({ warmup: '10ep' }),
      want: { 50: 0.5, 100: 1, 150: 0.5, 199: half(0.99) },
    },
    { name: 'cosine to a floor', schedule: cosine({ min: 0.2 }), want: { 0: 1, 100: 0.6, 200: 0.2, 250: 0.2 } },
    { name: 'a run that is all warm-up', schedule: cosine({ warmup: '40ep' }), want: { 0: 0, 100: 0.25, 199: 199 / 400 } },
    { name: 'step', schedule: step({ milestones: [12, 16] }), want: { 0: 1, 119: 1, 120: 0.1, 159: 0.1, 160: 0.01 } },
    { name: 'step within an epoch', schedule: step({ milestones: [0.5], gamma: 0.5 }), want: { 4: 1, 5: 0.5 } },
    {
      name: 'step after warm-up',
      schedule: step({ milestones: [2], warmup: '1ep', by: 'epoch' }),
      want: { 0: 0, 10: 1, 20: 0.1 },
    },
  ])('$name', ({ schedule, want }) => {
    for (const [number, factor] of Object.entries(want))
      expect(schedule.factor(at(Number(number))), `step ${number}`).toBeCloseTo(factor, 12);
  });
});

test('options: a misspelt or impossible one is an error', () => {
  expect(() => cosine({ minimum: 1 } as never)).toThrow(/minimum/);
  expect(() => cosine({ warmup: '10 parsecs' })).toThrow(/warmup/);
  expect(() => step({ milestones: [16, 12] })).toThrow(/must rise/);
  expect(() => step({ milestones: [] })).toThrow();
});
